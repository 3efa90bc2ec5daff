-- KEYS  1 schedule. ARGV 1 a partition's name, 2 when its lease ends.
prolong(schedule_at(KEYS[1]), ARGV[1], ARGV[2])
return 1
