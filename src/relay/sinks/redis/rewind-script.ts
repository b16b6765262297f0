// The script that takes entries behind an id away, the oldest first and so many at a time, since nobody else is served
// meanwhile. With the last of them the stream's greatest id goes back, and with that each group that has read beyond:
// else it would never be given what gets these ids next.

/** What it answers when there are more. */
export const MORE = 'MORE';

/** `ARGV` is the event's id that is to be the last one, and how many entries go at a time. */
export const REWIND = `
local key, to, most = KEYS[1], ARGV[1], tonumber(ARGV[2])
local beyond = redis.call('XRANGE', key, to .. '-1', '+', 'COUNT', most + 1)
for at = 1, math.min(#beyond, most) do redis.call('XDEL', key, beyond[at][1]) end
if #beyond > most then return '${MORE}' end
for _, facts in ipairs(redis.call('XINFO', 'GROUPS', key)) do
  local group, read
  for at = 1, #facts, 2 do
    if facts[at] == 'name' then group = facts[at + 1] end
    if facts[at] == 'last-delivered-id' then read = string.match(facts[at + 1], '^%d+') end
  end
  -- Ids of 18 digits are no exact numbers here.
  if #read > #to or (#read == #to and read > to) then
    redis.call('XGROUP', 'SETID', key, group, to .. '-0')
    repeat
      local pending = redis.call('XPENDING', key, group, to .. '-1', '+', most)
      for _, each in ipairs(pending) do redis.call('XACK', key, group, each[1]) end
    until #pending < most
  end
end
redis.call('XSETID', key, to .. '-0')
return 'DONE'
`;
