-- What every script uses. A command is given numbers as they are, and is told all their digits; in what is joined to
-- text, those that may pass 10^14 go through int(), since `..` would round them.
local call = redis.call
local LONGEST_MS = 3155760000000    -- a century: no key needs a longer time to live, and PEXPIRE must not overflow
local LAST_MOMENT = 253402300799999 -- the end of the year 9999, the last that a datetime can say
local CHUNK = 500                   -- arguments to one command, far below the limit of unpack()

local function int(number)
  return string.format('%.0f', number)
end

-- Returns what the last of the commands answered.
local function chunked(command, key, items)
  if #items <= CHUNK then
    return #items > 0 and call(command, key, unpack(items))
  end
  local reply
  for first = 1, #items, CHUNK do
    reply = call(command, key, unpack(items, first, math.min(first + CHUNK - 1, #items)))
  end
  return reply
end

local function chunked_hmget(key, names)
  local values = {}
  for first = 1, #names, CHUNK do
    local part = call('HMGET', key, unpack(names, first, math.min(first + CHUNK - 1, #names)))
    for offset = 1, #part do
      values[first + offset - 1] = part[offset]
    end
  end
  return values
end

local function unlink_all(keys)
  for first = 1, #keys, CHUNK do
    call('UNLINK', unpack(keys, first, math.min(first + CHUNK - 1, #keys)))
  end
end

local function pexpire(key, ms)
  call('PEXPIRE', key, math.max(1, math.min(ms, LONGEST_MS)))
end

-- As types.ids.segment().
local function segment(text)
  return (string.gsub(text, '[^A-Za-z0-9_.~-]', function(c)
    return string.format('%%%02X', string.byte(c))
  end))
end
