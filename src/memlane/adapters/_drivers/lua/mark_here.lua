-- A session has become due, and the script reaches the schedule, KEYS 5.
local marks, session, partition, now = ...
call_back(schedule_at(KEYS[5]), partition, now, set_mark(marks, session, now) == 'anew')
return false
