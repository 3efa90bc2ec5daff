-- Where another slot has the marks: a partition that the caller took is held by somebody else.
-- KEYS  1 schedule
-- ARGV  1 the partition's name, 2 when the lease of whoever holds it ends, 3 since when it could be claimed, 4 when the
--       caller's lease would have ended
-- If that is not what the schedule says, the lease was ended meanwhile, or an append has called the partition back.
local schedule = schedule_at(KEYS[1])
if tonumber(call('ZSCORE', schedule.leases, ARGV[1]) or -1) == tonumber(ARGV[4]) then
  hold(schedule, ARGV[1], ARGV[2], ARGV[3])
end
return 1
