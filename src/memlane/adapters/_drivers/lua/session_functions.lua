-- A session is a hash (its state), and for each run of messages that share an expiry (a part) a list of bodies and a
-- hash id -> position. Fields of the state:
--   n last position, c created, u updated, t own time to live (0 never), e when it expires (absent: never),
--   g the parts as `start,count,expires;` in order (absent: one part from 1 to n that expires with the session),
--   x when it expires as the index has it, a little after `e`, w when its mark was set (see work_marks.lua),
--   f:<name> documents.
-- Positions within a part are contiguous. The part that starts at 1 has the keys `:b` and `:i`, others add `:start`.
local MARKS_LIVE_MS = 40 * 86400000

local function bodies_key(base, start)
  return start == 1 and base .. ':b' or base .. ':b:' .. int(start)
end

local function ids_key(base, start)
  return start == 1 and base .. ':i' or base .. ':i:' .. int(start)
end

local function parse_parts(last, text)
  local parts = {}
  if not text then
    if last > 0 then
      parts[1] = {start = 1, count = last, expires = 0}
    end
    return parts
  end
  for start, count, expires in string.gmatch(text, '(%d+),(%d+),(%d+);') do
    parts[#parts + 1] = {start = tonumber(start), count = tonumber(count), expires = tonumber(expires)}
  end
  return parts
end

local function format_parts(parts)
  local text = {}
  for i, part in ipairs(parts) do
    text[i] = int(part.start) .. ',' .. int(part.count) .. ',' .. int(part.expires) .. ';'
  end
  return table.concat(text)
end

-- A part whose time has come by the caller's clock, or by the server's, is no more.
local function is_live(base, part, now)
  return part.expires == 0 or (part.expires > now and call('EXISTS', bodies_key(base, part.start)) == 1)
end

local function live_parts(base, parts, now)
  local live, dead = {}, {}
  for _, part in ipairs(parts) do
    if is_live(base, part, now) then
      live[#live + 1] = part
    else
      dead[#dead + 1] = bodies_key(base, part.start)
      dead[#dead + 1] = ids_key(base, part.start)
    end
  end
  return live, dead
end

local function count_messages(parts)
  local count = 0
  for _, part in ipairs(parts) do
    count = count + part.count
  end
  return count
end

-- Removes every key of a session; returns how many messages it had.
local function unlink_session(base)
  local state = call('HMGET', base, 'n', 'g')
  local keys, count = {base, base .. ':b', base .. ':i'}, 0
  for _, part in ipairs(parse_parts(tonumber(state[1] or 0), state[2])) do
    count = count + call('LLEN', bodies_key(base, part.start))
    keys[#keys + 1] = bodies_key(base, part.start)
    keys[#keys + 1] = ids_key(base, part.start)
  end
  unlink_all(keys)
  return count, state[1]
end

-- The index of a partition ends in `x`, its sessions begin with `s:` in the same place.
local function session_base(index, name)
  return string.sub(index, 1, -2) .. 's:' .. name
end

-- Of a session that is no more, or begins anew.
local function forget_mark(base)
  local place, name = string.match(base, '^(.*:)s:([^:]*)$')
  call('HDEL', place .. 'wk', 's:' .. name)
end

local function sweep_sessions(index, now)
  for _, name in ipairs(call('ZRANGEBYSCORE', index, '-inf', now, 'LIMIT', 0, 16)) do
    unlink_session(session_base(index, name))
    forget_mark(session_base(index, name))
    call('ZREM', index, name)
  end
end

-- The index lives as long as the session that lives longest, as it has it. `longer` is how long one lives that had a time
-- to live before and has one still: where the index has one too, it needs at least that.
local function keep_index(index, longer)
  local has = longer and call('PTTL', index) or -1
  if has >= 0 then
    if has < longer then
      pexpire(index, longer)
    end
    return
  end
  while true do
    local top = call('ZREVRANGE', index, 0, 0, 'WITHSCORES')
    if #top == 0 then
      return
    end
    local base = session_base(index, top[1])
    local left = top[2] == 'inf' and -1 or call('PTTL', base)
    if left == -1 then
      call('PERSIST', index)
      return
    elseif left ~= -2 then
      pexpire(index, left + tonumber(top[2]) - tonumber(call('HGET', base, 'e')))
      return
    end
    call('ZREM', index, top[1])
  end
end

local function load_session(base, now)
  local state = call('HMGET', base, 'n', 't', 'e', 'x', 'g', 'w')
  if state[3] and tonumber(state[3]) <= now then
    unlink_session(base)
    state = {}
  end
  if not state[1] then
    forget_mark(base)
  end
  local last = tonumber(state[1] or 0)
  local live, dead = live_parts(base, parse_parts(last, state[5]), now)
  return {
    exists = state[1] and true or false,
    last = last,
    own = state[2],
    expires = state[3],
    indexed = state[4],
    parts = live,
    dead = dead,
    stored_parts = state[5],
    marked = state[6],
  }
end

-- The time to live that a write renews: the session's own, or else the default; nil for never.
local function time_to_live(own, default)
  local ms = tonumber(own or default)
  return ms and ms > 0 and ms or nil
end

local function expire_part(base, part, ttl, now)
  local ms = ttl
  if part.expires > 0 then
    ms = math.min(ttl or LONGEST_MS, part.expires - now)
  end
  if ms then
    pexpire(bodies_key(base, part.start), ms)
    pexpire(ids_key(base, part.start), ms)
  else
    call('PERSIST', bodies_key(base, part.start))
    call('PERSIST', ids_key(base, part.start))
  end
end

-- The index is told of a later end once in a step, a 60th of the time to live and at most a minute, and what else there
-- is to do in it is done then: it has the session end one to three steps after `e`, even if writers' clocks disagree.
local function index_step(ttl)
  return math.min(math.ceil(ttl / 60), 60000)
end

local function is_indexed(session, ttl, expires)
  if not (ttl and session.indexed) then
    return session.exists and not ttl and not session.expires
  end
  local ahead, step = tonumber(session.indexed) - expires, index_step(ttl)
  return ahead >= step and ahead <= 3 * step
end

-- Writes the state of a session back, renews its time to live on every key of it, and keeps the index and the marks:
-- they live as long as the index does, and no longer than MARKS_LIVE_MS from the last of them.
local function save_session(base, index, name, session, ttl, now)
  local fields, gone = {'n', session.last, 'u', now}, {}
  if not session.exists then
    fields[#fields + 1] = 'c'
    fields[#fields + 1] = now
  end
  if session.has_news then
    fields[#fields + 1] = 'w'
    fields[#fields + 1] = now
  end
  local expires = ttl and math.min(now + ttl, LAST_MOMENT)
  local was_indexed = is_indexed(session, ttl, expires)
  local indexed = expires and expires + 2 * index_step(ttl)
  if expires then
    fields[#fields + 1] = 'e'
    fields[#fields + 1] = expires
    if not was_indexed then
      fields[#fields + 1] = 'x'
      fields[#fields + 1] = indexed
    end
  elseif session.expires then
    gone = {'e', 'x'}
  end
  local parts = session.parts
  local first = parts[1]
  if #parts > 1 or not first and session.last > 0
    or first and (first.start ~= 1 or first.expires ~= 0 or first.count ~= session.last) then
    fields[#fields + 1] = 'g'
    fields[#fields + 1] = format_parts(parts)
  elseif session.stored_parts then
    gone[#gone + 1] = 'g'
  end
  call('HSET', base, unpack(fields))
  if #gone > 0 then
    call('HDEL', base, unpack(gone))
  end
  unlink_all(session.dead)
  if ttl then
    pexpire(base, ttl)
  elseif session.expires then
    call('PERSIST', base)
  end
  if ttl or session.expires or session.stored_parts then
    for _, part in ipairs(parts) do
      expire_part(base, part, ttl, now)
    end
  end
  if not was_indexed then
    call('ZADD', index, indexed or '+inf', name)
    sweep_sessions(index, now)
    keep_index(index, session.expires and ttl and indexed - now)
  elseif not ttl then
    sweep_sessions(index, now)
  end
  if session.has_news or session.marked and not was_indexed then
    local left = call('PTTL', index)
    pexpire(string.sub(index, 1, -2) .. 'wk', left >= 0 and math.min(left, MARKS_LIVE_MS) or MARKS_LIVE_MS)
  end
end
