-- KEYS  1 outbox bodies, 2 outbox order, 3 the due set where one script reaches it
-- ARGV  1 the partition's name in the due set, then ids
local ids = {}
for i = 2, #ARGV do
  ids[i - 1] = ARGV[i]
end
chunked('HDEL', KEYS[1], ids)
chunked('ZREM', KEYS[2], ids)
if KEYS[3] and call('EXISTS', KEYS[2]) == 0 then
  call('ZREM', KEYS[3], ARGV[1])
end
return 1
