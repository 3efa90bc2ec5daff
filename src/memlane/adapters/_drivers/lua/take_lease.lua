-- KEYS  1 marks, 2 the schedule where one script reaches it
-- ARGV  1 now, 2 when the lease ends, 3 its token, 4 since when the partition could be claimed, 5 its name
-- Returns `taken`; `held` and until when; or how the marks stand: `aside`, `none`.
local marks, schedule = load_marks(KEYS[1], tonumber(ARGV[1])), KEYS[2] and schedule_at(KEYS[2])
if marks.ends > tonumber(ARGV[1]) and marks.lease ~= ARGV[3] then
  if schedule then
    hold(schedule, ARGV[5], marks.ends, ARGV[4])
  end
  return {'held', int(marks.ends)}
end
if marks.standing == 'due' then
  call('HSET', marks.key, 'l', ARGV[2] .. ',' .. ARGV[3])
  return {'taken'}
end
if marks.standing == 'aside' then
  call('HSETNX', marks.key, 'r', ARGV[4])
end
if schedule then
  settle(schedule, ARGV[5], marks.standing)
end
return {marks.standing}
