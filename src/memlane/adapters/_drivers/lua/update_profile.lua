-- KEYS  1 profile
-- ARGV  1 now, 2 time to live or '', 3 '1' to replace, 4 how many keys it must have, or -1 for any; then key and value
--       of each that it must have, and of each to set
-- Returns 1 when it was set, 0 when it is not what it must be.
local key, now, ttl, expected = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local expires = call('HGET', key, 'e')
local is_past = expires and tonumber(expires) <= now
local first = 5 + 2 * math.max(0, expected)

local function is_as_expected()
  local known = is_past and 0 or call('HLEN', key) - (expires and 1 or 0)
  if known ~= expected then
    return false
  end
  local names = {}
  for i = 5, first - 1, 2 do
    names[#names + 1] = 'k:' .. ARGV[i]
  end
  for i, value in ipairs(chunked_hmget(key, names)) do
    if value ~= ARGV[4 + 2 * i] then
      return false
    end
  end
  return true
end

if expected >= 0 and not is_as_expected() then
  return 0
end
if ARGV[3] == '1' or is_past then
  call('UNLINK', key)
end
local values = {}
for i = first, #ARGV, 2 do
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
