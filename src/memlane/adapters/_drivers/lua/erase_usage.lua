-- KEYS  1-3 of the usage. ARGV 1 how many names at most. Returns how many steps they had, and 1 when there is more.
local function count_steps(name)
  local keys = keys_of(name)
  if #keys == 1 then
    return call('HLEN', keys[1])
  end
  local known, steps = {}, 0
  for _, key in ipairs(keys) do
    for _, sample in ipairs(call('EXISTS', key) == 1 and call('TS.RANGE', key, '-', '+') or {}) do
      local at = int(sample[1])
      steps = steps + (known[at] and 0 or 1)
      known[at] = true
    end
  end
  return steps
end

local steps = 0
for _, name in ipairs(call('ZRANGE', index, 0, int(tonumber(ARGV[1]) - 1))) do
  steps = steps + count_steps(name)
  remove(name)
end
call('UNLINK', tokens)
return {steps, call('EXISTS', index)}
