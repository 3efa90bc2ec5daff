-- KEYS  1 session, 2 index
-- ARGV  1 now, 2 default time to live or '', 3 session's name in the index, 4 how many to set, then name and value
--       of each, then the names to remove
local base, index, now = KEYS[1], KEYS[2], tonumber(ARGV[1])
local session = load_session(base, now)
save_session(base, index, ARGV[3], session, time_to_live(session.own, ARGV[2]), now)
local values_end = 4 + 2 * tonumber(ARGV[4])
local values, gone = {}, {}
for i = 5, values_end, 2 do
  values[#values + 1] = 'f:' .. ARGV[i]
  values[#values + 1] = ARGV[i + 1]
end
for i = values_end + 1, #ARGV do
  gone[#gone + 1] = 'f:' .. ARGV[i]
end
chunked('HSET', base, values)
chunked('HDEL', base, gone)
return 1
