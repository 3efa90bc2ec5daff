-- KEYS  1 names, 2 expiring names, 3 what the keys of records begin with
-- ARGV  1 now, 2 id, 3 bytes, 4 when it expires or ''
-- Returns 1 when there was none.
local now = tonumber(ARGV[1])
purge(now)
if find_record(ARGV[2], now) then
  return 0
end
put_record(ARGV[2], ARGV[3], tonumber(ARGV[4]), now)
keep_index(now)
return 1
