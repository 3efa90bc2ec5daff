-- KEYS  1 marks, 2 the schedule where one script reaches it. ARGV 1 now, 2 token, 3 when the lease ends, 4 the
--       partition's name in the schedule. Returns 1 when it was the caller's.
if not holds(KEYS[1], ARGV[2], tonumber(ARGV[1])) then
  return 0
end
call('HSET', KEYS[1], 'l', ARGV[3] .. ',' .. ARGV[2])
if KEYS[2] then
  prolong(schedule_at(KEYS[2]), ARGV[4], ARGV[3])
end
return 1
