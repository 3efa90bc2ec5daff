-- KEYS  1 the due set. ARGV 1 seconds a mark must be old, then names of partitions whose outbox was found empty.
-- An append marks before it writes, so a young mark may belong to a write that is still on its way.
local before = tonumber(call('TIME')[1]) - tonumber(ARGV[1])
for i = 2, #ARGV do
  local marked = call('ZSCORE', KEYS[1], ARGV[i])
  if marked and tonumber(marked) <= before then
    call('ZREM', KEYS[1], ARGV[i])
  end
end
return 1
