-- KEYS  1 users of a tenant, 2 when they were seen. ARGV 1 now, 2 how long they are kept, then user and moment of each.
local PURGED = 100 -- of users not seen for that long, the most that one write removes
local now, kept = tonumber(ARGV[1]), tonumber(ARGV[2])
for _, user in ipairs(call('ZRANGEBYSCORE', KEYS[2], '-inf', int(now - kept), 'LIMIT', 0, PURGED)) do
  call('ZREM', KEYS[1], user)
  call('ZREM', KEYS[2], user)
end
for i = 3, #ARGV, 2 do
  call('ZADD', KEYS[1], 0, ARGV[i])
  call('ZADD', KEYS[2], 'GT', ARGV[i + 1], ARGV[i])
end
local last = call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
for _, key in ipairs(KEYS) do
  pexpire(key, tonumber(last[2]) + kept - now)
end
return 1
