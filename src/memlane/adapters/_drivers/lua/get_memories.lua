-- KEYS  1-6 the partition's memories. ARGV 1 now, then ids.
-- Returns lengths and bytes of body and expiry ('' stays) of each.
local store = load_memories(1)
store.now = tonumber(ARGV[1])
local items = {}
for i = 2, #ARGV do
  local body, expires = find_memory(store, ARGV[i])
  items[2 * i - 3] = body
  items[2 * i - 2] = expires and int(expires) or ''
end
return pack({}, items, 2 * (#ARGV - 1))
