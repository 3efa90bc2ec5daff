-- KEYS  1 session, 2 bodies, 3 ids, 4 index, then what take_memories() wants
-- ARGV  1 now, 2 default time to live or '', 3 session's name in the index, 4 a random token or '', 5 the partition's
--       name in the due set, 6 how many messages, then id and body of each; then for each memory the number of its
--       message, id, body, expiry or ''
-- Returns the first position when all are new, else position and stored body (false: new) of each.
local base, index = KEYS[1], KEYS[4]
local now, total = tonumber(ARGV[1]), tonumber(ARGV[6])
sweep_sessions(index, now)
local session = load_session(base, now)

local ids = {}
for i = 1, total do
  ids[i] = ARGV[5 + 2 * i]
end

local known, stored = {}, {}
for _, part in ipairs(session.parts) do
  local positions = chunked_hmget(ids_key(base, part.start), ids)
  for i = 1, total do
    if positions[i] then
      known[ids[i]] = tonumber(positions[i])
      stored[ids[i]] = call('LINDEX', bodies_key(base, part.start), int(tonumber(positions[i]) - part.start))
    end
  end
end

local tail = session.parts[#session.parts]
if not tail or tail.expires > 0 or tail.start + tail.count - 1 < session.last then
  tail = {start = session.last + 1, count = 0, expires = 0}
elseif call('LLEN', bodies_key(base, tail.start)) ~= tail.count then
  return redis.error_reply('DAMAGED messages of a session are missing')
end

local positions, is_new, bodies, places = {}, {}, {}, {}
local last = session.last
for i = 1, total do
  local id, body = ids[i], ARGV[6 + 2 * i]
  if not known[id] then
    last = last + 1
    known[id], stored[id], is_new[i] = last, body, true
    bodies[#bodies + 1] = body
    places[#places + 1] = id
    places[#places + 1] = int(last)
  end
  positions[i] = known[id]
end

if #bodies > 0 then
  if tail.count == 0 then
    session.parts[#session.parts + 1] = tail
  end
  chunked('RPUSH', bodies_key(base, tail.start), bodies)
  chunked('HSET', ids_key(base, tail.start), places)
  tail.count = tail.count + #bodies
  session.last = last
end
session.active = true
save_session(base, index, ARGV[3], session, time_to_live(session.own, ARGV[2]), now)
take_memories(7 + 2 * total, is_new, now)

if #bodies == total then
  return positions[1]
end
local reply = {}
for i = 1, total do
  reply[2 * i - 1] = positions[i]
  reply[2 * i] = not is_new[i] and stored[ids[i]]
end
return reply
