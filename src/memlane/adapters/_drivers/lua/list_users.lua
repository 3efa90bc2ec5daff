-- KEYS  1 users of a tenant, 2 when they were seen. ARGV 1 after this user or '', 2 how many at most.
-- Returns lengths and bytes of user and moment of each.
local items, low = {}, ARGV[1] == '' and '-' or '(' .. ARGV[1]
for i, user in ipairs(call('ZRANGEBYLEX', KEYS[1], low, '+', 'LIMIT', 0, ARGV[2])) do
  items[2 * i - 1], items[2 * i] = user, int(tonumber(call('ZSCORE', KEYS[2], user)))
end
return pack({}, items, #items)
