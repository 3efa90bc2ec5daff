-- KEYS  1 names, 2 expiring names, 3 what the keys of records begin with
-- ARGV  1 now, 2 id, 3 what it must be, 4 '1' to make it 5, else to remove it, 6 when it expires or ''
-- Returns 1 when it was what it must be.
local now = tonumber(ARGV[1])
purge(now)
if find_record(ARGV[2], now) ~= ARGV[3] then
  return 0
end
if ARGV[4] == '1' then
  put_record(ARGV[2], ARGV[5], tonumber(ARGV[6]), now)
else
  unlink_record(ARGV[2])
end
keep_index(now)
return 1
