-- KEYS  1 users of a tenant, 2 when they were seen. ARGV 1 a user.
call('ZREM', KEYS[1], ARGV[1])
call('ZREM', KEYS[2], ARGV[1])
return 1
