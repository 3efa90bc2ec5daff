-- KEYS  1-6 the partition's memories. ARGV 1 now, 2 after this id or '', 3 how many at most.
-- Returns lengths and bytes of id, body and expiry ('' stays) of each.
local store = load_memories(1)
store.now = tonumber(ARGV[1])
local limit, total, items = tonumber(ARGV[3]), 0, {}
local low = ARGV[2] == '' and '-' or '(' .. ARGV[2]
repeat
  local asked = math.min(CHUNK, limit - total)
  local ids = call('ZRANGEBYLEX', store.names, low, '+', 'LIMIT', 0, int(asked))
  local bodies = #ids > 0 and call('HMGET', store.bodies, unpack(ids)) or {}
  for i, id in ipairs(ids) do
    local body, expires = bodies[i], ''
    if not body then
      local found, moment = find_memory(store, id)
      body, expires = found, moment and int(moment) or ''
    end
    if body then
      items[3 * total + 1], items[3 * total + 2], items[3 * total + 3] = id, body, expires
      total = total + 1
    end
    low = '(' .. id
  end
until #ids < asked or total >= limit
return pack({}, items, 3 * total)
