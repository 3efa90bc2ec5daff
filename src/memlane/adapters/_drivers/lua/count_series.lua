-- KEYS  1-3 of the usage. ARGV 1 now, 2 token of this write; then name of a step's series, when they end, when the step
--       began, amounts, how long samples are kept. Returns 1 when this was counted, 0 when it had been.
local CHUNK_BYTES = 128 -- of a series; most are short
local now = tonumber(ARGV[1])
if not begin(ARGV[2], now) then
  return 0
end
for i = 3, #ARGV, 5 do
  local name, at, kept, number = ARGV[i], ARGV[i + 2], ARGV[i + 4], 0
  call('ZADD', index, 'GT', ARGV[i + 1], name)
  local left = tonumber(call('ZSCORE', index, name)) - now
  for amount in string.gmatch(ARGV[i + 3], '%d+') do
    number = number + 1
    if amount ~= '0' then
      local key = base .. name .. number
      call('TS.ADD', key, at, amount, 'RETENTION', kept, 'CHUNK_SIZE', CHUNK_BYTES, 'ON_DUPLICATE', 'SUM')
      pexpire(key, left)
    end
  end
end
keep_index(now)
return 1
