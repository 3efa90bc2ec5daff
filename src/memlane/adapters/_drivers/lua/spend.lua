-- KEYS  1 what a tenant has spent in a day. ARGV 1 amount, 2 limit. Returns 1 when it was added.
local DAYS_KEPT_MS = 2 * 86400000
local known = call('HGET', KEYS[1], 'n')
local total = tonumber(known or 0) + tonumber(ARGV[1])
if total > tonumber(ARGV[2]) then
  return 0
end
call('HSET', KEYS[1], 'n', int(total))
if not known then
  pexpire(KEYS[1], DAYS_KEPT_MS)
end
return 1
