-- KEYS  1 what was taken of a budget. ARGV 1 now, 2 amount, 3 limit, 4 when the count ends if it begins now.
-- Returns how much was granted.
local key, now, amount, limit = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local state = call('HMGET', key, 'n', 'e')
local taken, ends = tonumber(state[1]), tonumber(state[2])
if not ends or ends <= now then
  taken, ends = 0, tonumber(ARGV[4])
end
local granted = math.max(0, math.min(amount, limit - taken))
call('HSET', key, 'n', int(taken + granted), 'e', int(ends))
pexpire(key, ends - now)
return granted
