-- The usage of one slot: KEYS 1 is what its keys begin with, 2 the index of them, by when they end, 3 the tokens of the
-- writes of the last minute, by time.
-- A plain bucket is a hash of steps (field: which of the bucket, value: the amounts, as text); a name that ends in `:`
-- stands for the series of a server with time series, one for each amount.
local base, index, tokens = KEYS[1], KEYS[2], KEYS[3]
local PURGED = 100     -- of what has ended, the most names that one write removes
local AMOUNTS = 6
local TOKEN_MS = 60000 -- how long a write is known, should it be repeated

local function keys_of(name)
  if string.sub(name, -1) ~= ':' then
    return {base .. name}
  end
  local keys = {}
  for i = 1, AMOUNTS do
    keys[i] = base .. name .. i
  end
  return keys
end

local function remove(name)
  unlink_all(keys_of(name))
  call('ZREM', index, name)
end

-- Returns whether this write is new; what has ended goes.
local function begin(token, now)
  local clock = tonumber(call('TIME')[1]) * 1000
  if call('ZADD', tokens, 'NX', clock, token) == 0 then
    return false
  end
  pexpire(tokens, TOKEN_MS)
  for _, old in ipairs(call('ZRANGEBYSCORE', tokens, '-inf', int(clock - TOKEN_MS), 'LIMIT', 0, PURGED)) do
    call('ZREM', tokens, old)
  end
  for _, name in ipairs(call('ZRANGEBYSCORE', index, '-inf', now, 'LIMIT', 0, PURGED)) do
    remove(name)
  end
  return true
end

-- The index lives as long as the last that it names.
local function keep_index(now)
  local last = call('ZREVRANGE', index, 0, 0, 'WITHSCORES')
  pexpire(index, tonumber(last[2]) - now)
end
