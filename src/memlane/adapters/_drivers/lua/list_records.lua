-- KEYS  1 names, 2 expiring names, 3 what the keys of records begin with
-- ARGV  1 now, 2 after this id or '', 3 how many at most. Returns lengths and bytes of id and body of each.
local now, limit, total, items = tonumber(ARGV[1]), tonumber(ARGV[3]), 0, {}
local low = ARGV[2] == '' and '-' or '(' .. ARGV[2]
repeat
  local asked = math.min(CHUNK, limit - total)
  local ids = asked > 0 and call('ZRANGEBYLEX', names, low, '+', 'LIMIT', 0, int(asked)) or {}
  for _, id in ipairs(ids) do
    local body = find_record(id, now)
    if body then
      items[2 * total + 1], items[2 * total + 2] = id, body
      total = total + 1
    end
    low = '(' .. id
  end
until #ids < asked or total >= limit
return pack({}, items, 2 * total)
