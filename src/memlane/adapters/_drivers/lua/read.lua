-- KEYS  1 session
-- ARGV  1 now, 2 how many of the newest or '' for all, 3 only before this position or ''
-- Returns false when there is none, else a header `count;own ttl;expires;created;updated;newest
-- position;messages with a time of their own;the first such time or '';fields;start,count,own
-- expiry;…;`, the lengths and the bytes of: name and value of each field, then the messages, oldest first.
local base, now = KEYS[1], tonumber(ARGV[1])
local raw = call('HGETALL', base)
local state, items = {}, {}
for i = 1, #raw, 2 do
  if string.sub(raw[i], 1, 2) == 'f:' then
    items[#items + 1] = string.sub(raw[i], 3)
    items[#items + 1] = raw[i + 1]
  else
    state[raw[i]] = raw[i + 1]
  end
end
if not state.n or (state.e and tonumber(state.e) <= now) then
  return false
end

local parts = live_parts(base, parse_parts(tonumber(state.n), state.g), now)
local wanted = tonumber(ARGV[2]) or math.huge
local newest = (tonumber(ARGV[3]) or math.huge) - 1
local ranges = {}
for i = #parts, 1, -1 do
  local part = parts[i]
  local high = math.min(newest, part.start + part.count - 1)
  if wanted > 0 and high >= part.start then
    local low = math.max(part.start, high - wanted + 1)
    wanted = wanted - (high - low + 1)
    table.insert(ranges, 1, {part = part, low = low, high = high})
  end
end

local fields = #items
local runs = {}
for i, range in ipairs(ranges) do
  local start = range.part.start
  local bodies = call('LRANGE', bodies_key(base, start), int(range.low - start), int(range.high - start))
  if #bodies ~= range.high - range.low + 1 then
    return redis.error_reply('DAMAGED messages of a session are missing')
  end
  for _, body in ipairs(bodies) do
    items[#items + 1] = body
  end
  runs[i] = int(range.low) .. ',' .. #bodies .. ',' .. int(range.part.expires)
end
runs[#runs + 1] = ''
local expiring, first = 0, nil
for _, part in ipairs(parts) do
  if part.expires > 0 then
    expiring = expiring + part.count
    first = math.min(first or part.expires, part.expires)
  end
end
local header = table.concat({int(count_messages(parts)), state.t or '', state.e or '', state.c, state.u, state.n,
  int(expiring), first and int(first) or '', fields}, ';')
return pack({header .. ';' .. table.concat(runs, ';')}, items, #items)
