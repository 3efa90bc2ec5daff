-- KEYS  1 schedule
-- ARGV  1 a partition's name, 2 when the lease of whoever holds it ends, 3 since when it could be claimed
hold(schedule_at(KEYS[1]), ARGV[1], ARGV[2], ARGV[3])
return 1
