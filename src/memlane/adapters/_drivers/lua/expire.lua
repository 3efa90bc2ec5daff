-- KEYS  1 session, 2 index
-- ARGV  1 now, 2 time to live or '' for never, 3 session's name in the index, 4 how many of the newest messages, or
--       '' for the session itself
-- Returns how many messages it applies to.
local base, index, now = KEYS[1], KEYS[2], tonumber(ARGV[1])
local ttl = tonumber(ARGV[2])
local session = load_session(base, now)

if ARGV[4] == '' then
  save_session(base, index, ARGV[3], session, ttl, now)
  call('HSET', base, 't', ttl and ARGV[2] or '0')
  return count_messages(session.parts)
end
if not session.exists then
  return 0
end

-- Messages from position `start` on leave a part and become one of their own.
local function split(part, start)
  local old_bodies, new_bodies = bodies_key(base, part.start), bodies_key(base, start)
  local old_ids, new_ids = ids_key(base, part.start), ids_key(base, start)
  chunked('RPUSH', new_bodies, call('LRANGE', old_bodies, int(start - part.start), -1))
  call('LTRIM', old_bodies, 0, int(start - part.start - 1))
  local places, moved = call('HGETALL', old_ids), {}
  local leaving = {}
  for i = 1, #places, 2 do
    if tonumber(places[i + 1]) >= start then
      leaving[#leaving + 1] = places[i]
      moved[#moved + 1] = places[i]
      moved[#moved + 1] = places[i + 1]
    end
  end
  chunked('HSET', new_ids, moved)
  chunked('HDEL', old_ids, leaving)
  local tail = {start = start, count = part.start + part.count - start, expires = part.expires}
  part.count = start - part.start
  return tail
end

local expires = ttl and math.min(now + ttl, LAST_MOMENT) or 0
local left = tonumber(ARGV[4])
local applied = 0
for i = #session.parts, 1, -1 do
  if left == 0 then
    break
  end
  local part = session.parts[i]
  local size = math.min(left, part.count)
  left = left - size
  applied = applied + size
  if part.expires ~= expires then
    if size < part.count then
      part = split(part, part.start + part.count - size)
      table.insert(session.parts, i + 1, part)
    end
    part.expires = expires
    expire_part(base, part, session.expires and tonumber(session.expires) - now, now)
  end
end
call('HSET', base, 'g', format_parts(session.parts))
unlink_all(session.dead)
return applied
