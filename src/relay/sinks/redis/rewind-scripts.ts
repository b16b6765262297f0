// The scripts that put a shorter stream in the place of one that holds too much. Entries cannot just be deleted: Redis
// gives no id again up to the greatest one that was. So what stays is copied beside it, so much at a time, since nobody
// else is served meanwhile, and takes its place as a whole.

/** A copy that nobody goes on with is gone behind so many seconds. */
const COPY_SECONDS = 3600;

/**
 * `KEYS` are the stream and its copy, `ARGV` from which entry on, up to which one, and how many. Gives how many there
 * were, and the last of them.
 */
export const COPY = `
local key, copy = KEYS[1], KEYS[2]
local entries = redis.call('XRANGE', key, ARGV[1], ARGV[2], 'COUNT', ARGV[3])
for _, entry in ipairs(entries) do redis.call('XADD', copy, entry[1], unpack(entry[2])) end
redis.call('EXPIRE', copy, ${COPY_SECONDS})
return { #entries, #entries > 0 and entries[#entries][1] or '' }
`;

/** What it answers when the copy has taken the stream's place. */
export const REPLACED = 'REPLACED';

/**
 * `KEYS` are the stream and its copy, `ARGV` the stream's greatest id, the one that is to be it, how many entries were
 * copied, and the epoch from now on. Whoever comes too late is told where the stream is: it may even end where it did,
 * by other events, of that epoch. Groups stand where they stood, or at its end, with what they have not acknowledged:
 * else one that has read beyond would never be given what gets these ids next.
 */
export const REPLACE = `
local key, copy, expected, last = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local copied, epoch = tonumber(ARGV[3]), tonumber(ARGV[4])
local function facts(answer)
  local found = {}
  for at = 1, #answer, 2 do found[answer[at]] = answer[at + 1] end
  return found
end
-- Ids of 18 digits are no exact numbers here.
local function isBehind(one, other)
  local a, b = string.match(one, '^%d+'), string.match(other, '^%d+')
  return #a > #b or (#a == #b and a > b)
end
if redis.call('EXISTS', key) == 0 then return '0-0' end
local found = facts(redis.call('XINFO', 'STREAM', key))['last-generated-id']
if found ~= expected then return found end
local newest = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
if newest and isBehind(newest[1], last) and (tonumber(facts(newest[2])['epoch']) or math.huge) >= epoch then
  return newest[1]
end
if redis.call('XLEN', copy) ~= copied then return 'a copy that was taken away' end
if copied == 0 then
  redis.call('XGROUP', 'CREATE', copy, 'aftercommit', '0', 'MKSTREAM')
  redis.call('XGROUP', 'DESTROY', copy, 'aftercommit')
end
redis.call('XSETID', copy, last)
for _, answer in ipairs(redis.call('XINFO', 'GROUPS', key)) do
  local group = facts(answer)
  local name, read = group['name'], group['last-delivered-id']
  redis.call('XGROUP', 'CREATE', copy, name, isBehind(read, last) and last or read)
  for _, pending in ipairs(redis.call('XPENDING', key, name, '-', last, math.max(1, group['pending']))) do
    local id, consumer, idleMs, count = unpack(pending)
    redis.call('XCLAIM', copy, name, consumer, 0, id, 'IDLE', idleMs, 'RETRYCOUNT', count, 'FORCE', 'JUSTID')
  end
end
redis.call('PERSIST', copy)
redis.call('RENAME', copy, key)
return '${REPLACED}'
`;
