-- What every script uses. Numbers that may pass 10^14 become text through int(): `..` would round them.
local call = redis.call
local LONGEST_MS = 3155760000000 -- a century: no key needs a longer time to live, and PEXPIRE must not overflow
local LAST_MOMENT = 253402300799999 -- the end of the year 9999, the last that a datetime can say
local CHUNK = 500                -- arguments to one command, far below the limit of unpack()

local function int(number)
  return string.format('%.0f', number)
end

local function chunked(command, key, items)
  for first = 1, #items, CHUNK do
    call(command, key, unpack(items, first, math.min(first + CHUNK - 1, #items)))
  end
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
  call('PEXPIRE', key, int(math.max(1, math.min(ms, LONGEST_MS))))
end

-- Many values as two: their lengths (`-` where there is none) and their bytes, which a client cuts up faster than
-- it parses an array.
local function packed(items, size)
  local lengths, bytes = {}, {}
  for i = 1, size do
    local item = items[i]
    if item then
      lengths[i] = #item
      bytes[#bytes + 1] = item
    else
      lengths[i] = '-'
    end
  end
  return table.concat(lengths, ','), table.concat(bytes)
end

-- As types.ids.segment().
local function segment(text)
  return (string.gsub(text, '[^A-Za-z0-9_.~-]', function(c)
    return string.format('%%%02X', string.byte(c))
  end))
end
