-- KEYS  1 session, 2 index. ARGV 1 session's name in the index. Returns how many messages it had.
local count = unlink_session(KEYS[1])
call('ZREM', KEYS[2], ARGV[1])
keep_index(KEYS[2])
return count
