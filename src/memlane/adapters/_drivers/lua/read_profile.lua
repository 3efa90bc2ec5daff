-- KEYS  1 profile. ARGV 1 now. Returns when it expires ('' never), lengths and bytes of key and value of each.
local raw = call('HGETALL', KEYS[1])
local items, expires = {}, ''
for i = 1, #raw, 2 do
  if raw[i] == 'e' then
    expires = raw[i + 1]
  else
    items[#items + 1] = string.sub(raw[i], 3)
    items[#items + 1] = raw[i + 1]
  end
end
if expires ~= '' and tonumber(expires) <= tonumber(ARGV[1]) then
  return {'', '', ''}
end
return pack({expires}, items, #items)
