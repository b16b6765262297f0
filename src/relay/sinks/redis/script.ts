// The script that adds a batch behind the id that it has to follow, all of it or nothing: whoever stands elsewhere by
// now, since another process has written, is told where the stream is.
//
// An entry that fails, where no memory is left, takes those behind it along. Added one by one the later ones would go
// in, and the failed one could never be added any more, since ids only grow.

/** What it answers when all is added. */
export const ADDED = 'ADDED';

/** `ARGV` is `expected, upTo, maxLength, stream, epoch`, then id, type, data and ts of each event. */
export const APPEND = `
local key, expected, upTo, maxLength, stream, epoch = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local last = '0-0'
if redis.call('EXISTS', key) == 1 then
  local facts = redis.call('XINFO', 'STREAM', key)
  for at = 1, #facts, 2 do
    if facts[at] == 'last-generated-id' then last = facts[at + 1] end
  end
end
if last ~= expected then return last end
for at = 6, #ARGV, 4 do
  last = ARGV[at] .. '-0'
  local fields = { 'type', ARGV[at + 1], 'data', ARGV[at + 2], 'ts', ARGV[at + 3], 'epoch', epoch, 'stream', stream }
  if maxLength == '0' then
    redis.call('XADD', key, last, unpack(fields))
  else
    redis.call('XADD', key, 'MAXLEN', '~', maxLength, last, unpack(fields))
  end
end
if last ~= upTo then
  if redis.call('EXISTS', key) == 0 then
    redis.call('XGROUP', 'CREATE', key, 'aftercommit', '0', 'MKSTREAM')
    redis.call('XGROUP', 'DESTROY', key, 'aftercommit')
  end
  redis.call('XSETID', key, upTo)
end
return '${ADDED}'
`;
