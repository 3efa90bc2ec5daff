-- KEYS  1 profile. ARGV 1 now, 2 time to live or '', 3 '1' to replace, then key and value of each.
local key, now, ttl = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local expires = call('HGET', key, 'e')
if ARGV[3] == '1' or (expires and tonumber(expires) <= now) then
  call('UNLINK', key)
end
local values = {}
for i = 4, #ARGV, 2 do
  values[#values + 1] = 'k:' .. ARGV[i]
  values[#values + 1] = ARGV[i + 1]
end
chunked('HSET', key, values)
if call('EXISTS', key) == 1 then
  if ttl then
    call('HSET', key, 'e', int(math.min(now + ttl, LAST_MOMENT)))
    pexpire(key, ttl)
  else
    call('HDEL', key, 'e')
    call('PERSIST', key)
  end
end
return 1
