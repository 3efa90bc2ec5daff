-- KEYS  1 schedule. ARGV 1 how many at most.
-- Returns lengths and bytes of: name of each partition with marks, and when it may be claimed or ''.
local schedule, items = schedule_at(KEYS[1]), {}
for i, name in ipairs(call('ZRANGE', schedule.moments, 0, int(tonumber(ARGV[1]) - 1))) do
  items[2 * i - 1], items[2 * i] = name, call('ZSCORE', schedule.ready, name) or ''
end
return pack({}, items, #items)
