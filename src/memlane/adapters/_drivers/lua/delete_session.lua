-- KEYS  1 session, 2 index, 3 the schedule where one script reaches it
-- ARGV  1 session's name in the index, 2 the partition's name in the schedule
-- Returns how many messages it had, and 1 when no mark is left in the partition.
local count = unlink_session(KEYS[1])
forget_mark(KEYS[1])
call('ZREM', KEYS[2], ARGV[1])
keep_index(KEYS[2])
local marks = load_marks(string.sub(KEYS[2], 1, -2) .. 'wk', 0)
if marks.standing ~= 'none' or marks.lease then
  return {count, 0}
end
call('UNLINK', marks.key)
if KEYS[3] then
  leave_schedule(schedule_at(KEYS[3]), ARGV[2])
end
return {count, 1}
