-- KEYS  1 outbox bodies, 2 outbox order. ARGV 1 how many at most.
-- Returns lengths and bytes of: id and `expiry:body` of each, oldest first.
local ids = call('ZRANGE', KEYS[2], 0, int(tonumber(ARGV[1]) - 1))
local bodies = chunked_hmget(KEYS[1], ids)
local items = {}
for i, id in ipairs(ids) do
  items[2 * i - 1] = id
  items[2 * i] = bodies[i]
end
return pack({}, items, 2 * #ids)
