// The script that takes entries behind an id away, the oldest first and so many at a time, since nobody else is served
// meanwhile; then what groups that have read them still owe. Last of all the stream's greatest id goes back, and with
// it each group that has read beyond: else it would never be given what gets these ids next.
//
// A server may carry it out long after it was asked to, when somebody else has brought the stream back and written to
// it: it touches nothing where the greatest id is another one, and no entry of the epoch that the stream goes back to.

/** What it answers when there is more to do. */
export const MORE = 'MORE';

export const DONE = 'DONE';

/**
 * `ARGV` is the greatest id that it has to find, the id and the epoch of the event that is to be the last one, and how
 * many entries go at a time. It answers with where the stream is when that is not where it has to be.
 */
export const REWIND = `
local key, expected, to, epoch, most = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local function fact(facts, name)
  for at = 1, #facts, 2 do
    if facts[at] == name then return facts[at + 1] end
  end
  return nil
end
local last = fact(redis.call('XINFO', 'STREAM', key), 'last-generated-id')
if last ~= expected then return last end
local beyond = redis.call('XRANGE', key, to .. '-1', '+', 'COUNT', most + 1)
for at = 1, math.min(#beyond, most) do
  local id, fields = beyond[at][1], beyond[at][2]
  if (tonumber(fact(fields, 'epoch')) or math.huge) >= tonumber(epoch) then return id end
end
for at = 1, math.min(#beyond, most) do
  -- The newest one stays up to the end: it shows that these are of another history.
  if at < #beyond then redis.call('XDEL', key, beyond[at][1]) end
end
if #beyond > most then return '${MORE}' end
local groups = redis.call('XINFO', 'GROUPS', key)
for _, facts in ipairs(groups) do
  local group = fact(facts, 'name')
  local pending = redis.call('XPENDING', key, group, to .. '-1', '+', most)
  for _, each in ipairs(pending) do redis.call('XACK', key, group, each[1]) end
  if #pending == most then return '${MORE}' end
end
for _, facts in ipairs(groups) do
  local read = string.match(fact(facts, 'last-delivered-id'), '^%d+')
  -- Ids of 18 digits are no exact numbers here.
  if #read > #to or (#read == #to and read > to) then
    redis.call('XGROUP', 'SETID', key, fact(facts, 'name'), to .. '-0')
  end
end
if #beyond > 0 then redis.call('XDEL', key, beyond[#beyond][1]) end
redis.call('XSETID', key, to .. '-' .. epoch)
return '${DONE}'
`;
