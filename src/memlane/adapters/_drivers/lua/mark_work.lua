-- KEYS  1 schedule
-- ARGV  1 a partition's name, 2 when it may be claimed or '' for now, 3 `soon` when something may be appended,
--       which leaves it as it is if it is there; else what news_of() says
-- Returns 1 when the partition was not there.
local schedule, moment = schedule_at(KEYS[1]), ARGV[2]
if moment == '' then
  moment = tonumber(call('TIME')[1]) * 1000
end
if ARGV[3] == 'soon' then
  local added = call('ZADD', schedule.ready, 'NX', moment, ARGV[1])
  note_moment(schedule, ARGV[1])
  return added
end
call_back(schedule, ARGV[1], moment, ARGV[3] == 'anew')
if ARGV[3] ~= 'more' then
  call('ZREM', schedule.leases, ARGV[1]) -- of settle_work
end
return 0
