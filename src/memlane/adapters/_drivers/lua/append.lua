-- KEYS  1 session, 2 bodies, 3 ids, 4 index, the schedule where one script reaches it, then what take_memories() wants
-- ARGV  1 now, 2 default time to live or '', 3 session's name in the index, 4 a random token or '', 5 the partition's
--       name, 6 how many messages, then id and body of each; then for each memory the number of its
--       message, id, body, expiry or ''
-- Returns the first position when all are new, else position and stored body (false: new) of each; where the caller
-- must tell that the session has become due, always the latter, and then what tell_news() returned.
local REMARKED_MS = 10 * 86400000 -- a mark is set anew after so long, before what nobody claims is forgotten
local base, now, total = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[6])
local session = load_session(base, now)
local parts = session.parts
local tail = parts[#parts]
if not tail or tail.expires > 0 or tail.start + tail.count - 1 < session.last then
  tail = {start = session.last + 1, count = 0, expires = 0}
  parts[#parts + 1] = tail
end
local tail_bodies, tail_ids = bodies_key(base, tail.start), ids_key(base, tail.start)

local positions, is_new, stored, bodies, added = {}, {}, {}, {}, {}
if #parts > 1 then
  local ids = {}
  for i = 1, total do
    ids[i] = ARGV[5 + 2 * i]
  end
  for at = 1, #parts - 1 do
    local part = parts[at]
    for i, position in pairs(chunked_hmget(ids_key(base, part.start), ids)) do
      if position then
        positions[i] = tonumber(position)
        stored[i] = call('LINDEX', bodies_key(base, part.start), positions[i] - part.start)
      end
    end
  end
end
for i = 1, total do
  local id, position = ARGV[5 + 2 * i], session.last + #bodies + 1
  if not positions[i] then
    if call('HSETNX', tail_ids, id, position) == 1 then
      bodies[#bodies + 1] = ARGV[6 + 2 * i]
      added[#added + 1] = id
      is_new[i] = true
    else
      position = tonumber(call('HGET', tail_ids, id))
      stored[i] = bodies[position - session.last] or call('LINDEX', tail_bodies, position - tail.start)
    end
    positions[i] = position
  end
end

local size = #bodies == 0 and call('LLEN', tail_bodies) or chunked('RPUSH', tail_bodies, bodies)
if size ~= tail.count + #bodies then
  call('LTRIM', tail_bodies, 0, -1 - #bodies)
  chunked('HDEL', tail_ids, added)
  return redis.error_reply('DAMAGED messages of a session are missing')
end
tail.count = size
session.last = session.last + #bodies
if size == 0 then
  parts[#parts] = nil
end
session.has_news = #bodies > 0 and not (session.marked and math.abs(now - tonumber(session.marked)) <= REMARKED_MS)
local told = session.has_news and tell_news(string.sub(KEYS[4], 1, -2) .. 'wk', ARGV[3], ARGV[5], now)
save_session(base, KEYS[4], ARGV[3], session, time_to_live(session.own, ARGV[2]), now)
take_memories(7 + 2 * total, is_new, now)

if #bodies == total and not told then
  return positions[1]
end
local reply = {}
for i = 1, total do
  reply[2 * i - 1] = positions[i]
  reply[2 * i] = stored[i] or false
end
reply[2 * total + 1] = told or nil
return reply
