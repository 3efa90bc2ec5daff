-- KEYS  1 schedule. ARGV 1 a partition's name.
leave_schedule(schedule_at(KEYS[1]), ARGV[1])
return 1
