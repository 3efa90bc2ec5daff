-- KEYS  1 marks, 2 the schedule where one script reaches it
-- ARGV  1 now, 2 token, 3 when what is due may be claimed, 4 the partition's name in the schedule
-- Returns how the marks stand, or '' when the lease was not the caller's.
local now, moment, name = tonumber(ARGV[1]), tonumber(ARGV[3]), ARGV[4]
if not holds(KEYS[1], ARGV[2], now) then
  return ''
end
local marks, schedule = load_marks(KEYS[1], now), KEYS[2] and schedule_at(KEYS[2])
call('HDEL', marks.key, 'l')
if schedule then
  moment = time_after(schedule, name, moment, now)
  settle(schedule, name, marks.standing, moment)
end
if marks.standing == 'aside' then
  call('HSET', marks.key, 'r', moment)
elseif marks.standing == 'none' then
  call('UNLINK', marks.key)
end
return marks.standing
