-- Many values in few strings.
local PACK_BYTES = 8192    -- of values joined to one string of a reply: what Lua's own buffer holds
local NOTHING = 4294967295 -- instead of the length of a value in a reply: there is none

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
