-- Where another slot has the marks: ends the lease of a partition, as they stand.
-- KEYS  1 schedule
-- ARGV  1 the partition's name, 2 its standing, 3 when it may be claimed, 4 now, 5 seconds for which a mark is young
-- An append marks before it writes, so a young mark may belong to a write that is still on its way. Such a partition
-- stays and is looked at again once the mark is old: as if it were leased until then.
local schedule, name, standing, now = schedule_at(KEYS[1]), ARGV[1], ARGV[2], tonumber(ARGV[4])
if standing == 'due' then
  settle(schedule, name, standing, time_after(schedule, name, tonumber(ARGV[3]), now))
  return 1
end
local moment = call('ZSCORE', schedule.moments, name)
if not moment or tonumber(moment) <= tonumber(call('TIME')[1]) - tonumber(ARGV[5]) then
  settle(schedule, name, standing)
elseif call('ZSCORE', schedule.leases, name) then -- else an append has called it back since
  local then_ms = now + 1000 * tonumber(ARGV[5])
  hold(schedule, name, then_ms, then_ms)
end
return 1
