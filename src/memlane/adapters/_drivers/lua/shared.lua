-- What every script uses. A command is given numbers as they are, and is told all their digits; in what is joined to
-- text, those that may pass 10^14 go through int(), since `..` would round them.
local call = redis.call
local LONGEST_MS = 3155760000000 -- a century: no key needs a longer time to live, and PEXPIRE must not overflow
local LAST_MOMENT = 253402300799999 -- the end of the year 9999, the last that a datetime can say
local PACK_BYTES = 8192          -- of values joined to one string of a reply: what Lua's own buffer holds
local NOTHING = 4294967295       -- instead of the length of a value in a reply: there is none
local CHUNK = 500                -- arguments to one command, far below the limit of unpack()

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

-- Adds values to what open_pack() began: their lengths (NOTHING where there is none), then their bytes in few strings,
-- which a client cuts up faster than it parses an array.
local function add_packed(packed, items, size)
  local lengths, bytes, pending = {}, {}, 0
  local function flush()
    packed.lengths[#packed.lengths + 1] = struct.pack('>' .. string.rep('I4', #lengths), unpack(lengths))
    packed.reply[#packed.reply + 1] = #bytes == 1 and bytes[1] or table.concat(bytes)
    lengths, bytes, pending = {}, {}, 0
  end
  for i = 1, size do
    local item = items[i]
    if pending + (item and #item or 0) > PACK_BYTES and pending > 0 or #lengths == CHUNK then
      flush()
    end
    lengths[#lengths + 1] = item and #item or NOTHING
    if item then
      bytes[#bytes + 1] = item
      pending = pending + #item
    end
  end
  if size > 0 then
    flush()
  end
end

local function open_pack(reply)
  reply[#reply + 1] = ''
  return {reply = reply, place = #reply, lengths = {}}
end

local function close_pack(packed)
  packed.reply[packed.place] = table.concat(packed.lengths)
  return packed.reply
end

local function pack(reply, items, size)
  local packed = open_pack(reply)
  add_packed(packed, items, size)
  return close_pack(packed)
end

-- As types.ids.segment().
local function segment(text)
  return (string.gsub(text, '[^A-Za-z0-9_.~-]', function(c)
    return string.format('%%%02X', string.byte(c))
  end))
end
