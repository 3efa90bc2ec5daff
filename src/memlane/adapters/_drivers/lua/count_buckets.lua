-- KEYS  1-3 of the usage. ARGV 1 now, 2 token of this write; then name of a bucket, when it ends, which step of it,
--       amounts. Returns 1 when this was counted, 0 when it had been.
local now = tonumber(ARGV[1])

local function sum(known, more)
  local next_number, sums = string.gmatch(more, '%d+'), {}
  for number in string.gmatch(known, '%d+') do
    sums[#sums + 1] = int(tonumber(number) + tonumber(next_number()))
  end
  return table.concat(sums, ' ')
end

if not begin(ARGV[2], now) then
  return 0
end
local has_new = false
for i = 3, #ARGV, 4 do
  local key, step, amounts = base .. ARGV[i], ARGV[i + 2], ARGV[i + 3]
  local known = call('HGET', key, step)
  call('HSET', key, step, known and sum(known, amounts) or amounts)
  if not known and call('HLEN', key) == 1 then
    call('ZADD', index, ARGV[i + 1], ARGV[i])
    pexpire(key, tonumber(ARGV[i + 1]) - now)
    has_new = true
  end
end
if has_new then
  keep_index(now)
end
return 1
