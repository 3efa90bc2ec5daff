-- KEYS  1 session
-- ARGV  1 now, 2 name, 3 '1' when the document must be 4, else there is none, 5 '1' to make it 6, else to remove it,
--       7 when the session began, or '' for any
-- Returns 1 when it was what it must be.
local name = 'f:' .. ARGV[2]
local state = call('HMGET', KEYS[1], 'n', 'e', name, 'c')
local is_alive = state[1] and not (state[2] and tonumber(state[2]) <= tonumber(ARGV[1]))
local is_other = ARGV[7] ~= '' and state[4] ~= ARGV[7]
if not is_alive or is_other or state[3] ~= (ARGV[3] == '1' and ARGV[4]) then
  return 0
end
if ARGV[5] == '1' then
  call('HSET', KEYS[1], name, ARGV[6])
else
  call('HDEL', KEYS[1], name)
end
return 1
