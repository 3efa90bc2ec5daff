-- KEYS  1 marks, 2 the schedule where one script reaches it
-- ARGV  1 now, 2 the partition's name in the schedule, then names of sessions
-- Returns how many were brought back, since when they can be claimed, and news_of() the partition.
local now, back = tonumber(ARGV[1]), 0
local marks = load_marks(KEYS[1], now)
for i = 3, #ARGV do
  local mark = marks.sessions[ARGV[i]]
  if mark and mark.aside then
    mark.tries, mark.aside, mark.error = 0, false, ''
    write_mark(marks.key, ARGV[i], mark)
    back = back + 1
  end
end
local moment = math.min(marks.ready or now, now)
if back > 0 then
  call('HDEL', marks.key, 'r')
  if KEYS[2] then
    call_back(schedule_at(KEYS[2]), ARGV[2], moment)
  end
end
return {back, int(moment), news_of(marks, now)}
