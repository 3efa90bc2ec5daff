-- What is due in a partition is a hash, `wk`:
--   s:<session>  a mark: `since,tries,set aside,error`
--   l            a lease: `ends,token`; it stays, though it has ended, until release() or the next claim
--   r            since when there would be something to claim, had it not been set aside
-- The state of a session says in `w` when its mark was set, so that an append to a session that is due already need not
-- look here. Whatever removes a mark removes `w` too.
local function state_key(key, session)
  return string.sub(key, 1, -3) .. 's:' .. session
end

local function drop_mark(key, session)
  call('HDEL', key, 's:' .. session)
  call('HDEL', state_key(key, session), 'w')
end

local function is_alive(state, now)
  local times = call('HMGET', state, 'n', 'e', 'c')
  return times[1] and not (times[2] and tonumber(times[2]) <= now), tonumber(times[1] or 0), times[3]
end

local function parse_mark(text)
  local since, tries, aside, error = string.match(text, '^(%d+),(%d+),(%d),(.*)$')
  return {since = since, tries = tonumber(tries), aside = aside == '1', error = error}
end

local function write_mark(key, session, mark)
  local text = table.concat({mark.since, int(mark.tries), mark.aside and 1 or 0, mark.error}, ',')
  call('HSET', key, 's:' .. session, text)
end

-- Drops the marks of sessions that are no more. `standing` is `due`, `aside` when all that is left was set aside, or
-- `none`.
local function load_marks(key, now)
  local marks = {key = key, sessions = {}, standing = 'none', ends = 0}
  local raw = call('HGETALL', key)
  for i = 1, #raw, 2 do
    local session = string.match(raw[i], '^s:(.*)$')
    if session and not is_alive(state_key(key, session), now) then
      drop_mark(key, session)
    elseif session then
      local mark = parse_mark(raw[i + 1])
      marks.sessions[session] = mark
      marks.standing = (marks.standing == 'due' or not mark.aside) and 'due' or 'aside'
    elseif raw[i] == 'l' then
      local ends, token = string.match(raw[i + 1], '^(%d+),(.*)$')
      marks.lease, marks.ends = token, tonumber(ends)
    else
      marks.ready = tonumber(raw[i + 1])
    end
  end
  return marks
end

local function holds(key, token, now)
  local ends, lease = string.match(call('HGET', key, 'l') or '', '^(%d+),(.*)$')
  return lease == token and tonumber(ends) > now
end

-- What the schedule must do when something becomes due: `more` when somebody works on the partition, `free` when nobody
-- does, `anew` when nothing else is due either.
local function news_of(marks, now)
  if marks.ends > now then
    return 'more'
  end
  return marks.standing == 'due' and 'free' or 'anew'
end

-- Marks a session; returns news_of() the partition.
local function set_mark(key, session, now)
  local marks = load_marks(key, now)
  call('HSETNX', key, 's:' .. session, int(now) .. ',0,0,')
  if marks.ready then
    call('HDEL', key, 'r')
  end
  return news_of(marks, now)
end
