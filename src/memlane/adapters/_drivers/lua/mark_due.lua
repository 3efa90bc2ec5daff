-- KEYS  1 the due set. ARGV 1 a partition's name. Marks it by the server's clock, for unmark_due.
local time = call('TIME')
call('ZADD', KEYS[1], 'GT', time[1], ARGV[1])
return 1
