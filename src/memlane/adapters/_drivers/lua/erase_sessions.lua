-- KEYS  1 index, 2 outbox bodies, 3 outbox order, 4 marks; where one script reaches them, 5 the due set, 6 the schedule
-- ARGV  1 how many sessions at most, 2 the partition's name in the last two
-- Returns sessions, messages, waiting, and 1 when there is more to erase.
local sessions, messages = 0, 0
for _, name in ipairs(call('ZRANGE', KEYS[1], 0, int(tonumber(ARGV[1]) - 1))) do
  local count, known = unlink_session(session_base(KEYS[1], name))
  messages = messages + count
  sessions = sessions + (known and 1 or 0)
  call('ZREM', KEYS[1], name)
end
if call('EXISTS', KEYS[1]) == 1 then
  return {sessions, messages, 0, 1}
end
local waiting = call('ZCARD', KEYS[3])
call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
if KEYS[5] then
  call('ZREM', KEYS[5], ARGV[2])
  leave_schedule(schedule_at(KEYS[6]), ARGV[2])
end
return {sessions, messages, waiting, 0}
