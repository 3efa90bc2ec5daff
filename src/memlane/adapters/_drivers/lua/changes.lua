-- KEYS  1-6 the partition's memories
-- ARGV  1 now, then the reader's cursor: 2 incarnation, 3 server, 4 version, 5 base; 6 how many at most, 7 embedder or ''
-- Returns a header `incarnation server version base reset more`, the first four of which are the next cursor, and where
-- there are any, lengths and bytes of id, body, expiry ('' stays) and vector of each change.
--
-- A reader that starts anew passes through old versions again. What was gone by the version at which it started, its
-- base, need not be told to it, and that `gone` has forgotten as much does not matter.
--
-- A server that takes over after a failure, or starts again, may have lost the newest writes and given their versions
-- to others. It then has another replication id, by which such readers are told to start anew.
local PAGE_BYTES = 8388608
local READ_AT_ONCE = 50 -- so that what is read is packed while it is at hand
local store = load_memories(1)
store.now = tonumber(ARGV[1])
local server = string.match(call('INFO', 'replication'), 'master_replid:(%w+)') or '-'
if not store.incarnation then
  return {'- ' .. server .. ' 0 0 ' .. (ARGV[2] == '-' and '0' or '1') .. ' 0'}
end

local since, base = tonumber(ARGV[4]), tonumber(ARGV[5])
local is_known = ARGV[2] == store.incarnation and ARGV[3] == server and since <= store.version
local reset = not is_known or math.max(since, base) < store.floor
if reset then
  since, base = 0, store.version
elseif since == store.version then
  return {table.concat({store.incarnation, server, int(since), int(base), 0, 0}, ' ')}
end

local limit, embedder = tonumber(ARGV[6]), ARGV[7] ~= '' and ARGV[7]
local log = call('ZRANGEBYSCORE', store.log, '(' .. int(since), '+inf', 'WITHSCORES', 'LIMIT', 0, limit)
local packed, size, seen = open_pack({''}), 0, 0
while seen < #log / 2 and size < PAGE_BYTES do
  local ids, items, total = {}, {}, 0
  for i = seen + 1, math.min(seen + READ_AT_ONCE, #log / 2) do
    ids[#ids + 1] = log[2 * i - 1]
  end
  local bodies = call('HMGET', store.bodies, unpack(ids))
  local vectors = embedder and call('HMGET', vectors_key(store, embedder), unpack(ids)) or {}
  for i, id in ipairs(ids) do
    local body, vector, expires = bodies[i], vectors[i], ''
    if not body then
      local found, moment = find_memory(store, id)
      if found then
        body, expires = found, int(moment)
        vector = embedder and call('HGET', own_key(store, id), 'v:' .. embedder)
      end
    end
    if body or tonumber(log[2 * (seen + i)]) > base then
      items[total + 1], items[total + 2], items[total + 3], items[total + 4] = id, body, expires, vector
      total = total + 4
      size = size + #id + (body and #body or 0) + (vector and #vector or 0)
    end
  end
  add_packed(packed, items, total)
  seen = seen + #ids
end
local is_last = seen == #log / 2 and seen < limit
since = is_last and store.version or tonumber(log[2 * seen])
packed.reply[1] = table.concat({store.incarnation, server, int(since), int(base), reset and 1 or 0,
  since < store.version and 1 or 0}, ' ')
return close_pack(packed)
