-- What every script uses. Numbers that may pass 10^14 become text through int(): `..` would round them.
local call = redis.call
local LONGEST_MS = 3155760000000 -- a century: no key needs a longer time to live, and PEXPIRE must not overflow
local LAST_MOMENT = 253402300799999 -- the end of the year 9999, the last that a datetime can say
local PACK_BYTES = 16384         -- of values put into one string of a reply
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

-- Adds many values to a reply: their lengths (`-` where there is none), then their bytes in few strings, which a client
-- cuts up faster than it parses an array. Not in one: Lua takes long to make a string of megabytes.
local function pack(reply, items, size)
  local lengths, bytes, pending = {}, {}, 0
  local place = #reply + 1
  reply[place] = ''
  for i = 1, size do
    local item = items[i]
    if item then
      lengths[i] = #item
      bytes[#bytes + 1] = item
      pending = pending + #item
      if pending > PACK_BYTES then
        reply[#reply + 1] = #bytes == 1 and bytes[1] or table.concat(bytes)
        bytes, pending = {}, 0
      end
    else
      lengths[i] = '-'
    end
  end
  reply[#reply + 1] = table.concat(bytes)
  reply[place] = table.concat(lengths, ',')
  return reply
end

-- As types.ids.segment().
local function segment(text)
  return (string.gsub(text, '[^A-Za-z0-9_.~-]', function(c)
    return string.format('%%%02X', string.byte(c))
  end))
end
