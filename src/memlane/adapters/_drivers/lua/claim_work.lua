-- KEYS  1 schedule. ARGV 1 now, 2 when the leases end, 3 how many at most, 4 '1' for those put off too.
-- Takes partitions for the caller, who has to lease them where their marks are (take_lease).
-- Returns the name of each and since when it could be claimed, the longest waiting first.
local schedule, now, limit = schedule_at(KEYS[1]), tonumber(ARGV[1]), tonumber(ARGV[3])
local high, found, total, offset = ARGV[4] == '1' and '+inf' or ARGV[1], {}, 0, 0
repeat
  local names = call('ZRANGEBYSCORE', schedule.ready, '-inf', high, 'WITHSCORES', 'LIMIT', offset, CHUNK)
  for i = 1, #names, 2 do
    local ends = call('ZSCORE', schedule.leases, names[i])
    if total < limit and not (ends and tonumber(ends) > now) then
      total = total + 1
      found[2 * total - 1], found[2 * total] = names[i], names[i + 1]
    end
  end
  offset = offset + CHUNK
until #names < 2 * CHUNK or total == limit
for i = 1, 2 * total, 2 do
  call('ZADD', schedule.ready, ARGV[2], found[i])
  call('ZADD', schedule.leases, ARGV[2], found[i])
end
return found
