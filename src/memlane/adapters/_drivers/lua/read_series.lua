-- KEYS  one series for each amount. ARGV 1 from, 2 to this moment. Returns time and value of each sample, by amount.
local series = {}
for i, key in ipairs(KEYS) do
  local samples = {}
  if call('EXISTS', key) == 1 then
    for _, sample in ipairs(call('TS.RANGE', key, ARGV[1], ARGV[2])) do
      samples[#samples + 1] = int(sample[1])
      samples[#samples + 1] = int(tonumber(sample[2].ok or sample[2]))
    end
  end
  series[i] = samples
end
return series
