-- KEYS  1 index. ARGV 1 now. Returns name, count, created, updated, expires ('' never) of each live session.
local index, now = KEYS[1], tonumber(ARGV[1])
local rows = {}
for _, name in ipairs(call('ZRANGEBYSCORE', index, '(' .. int(now), '+inf')) do
  local base = session_base(index, name)
  local state = call('HMGET', base, 'n', 'c', 'u', 'e', 'g')
  if state[1] and not (state[4] and tonumber(state[4]) <= now) then
    local parts = live_parts(base, parse_parts(tonumber(state[1]), state[5]), now)
    rows[#rows + 1] = name
    rows[#rows + 1] = int(count_messages(parts))
    rows[#rows + 1] = state[2]
    rows[#rows + 1] = state[3]
    rows[#rows + 1] = state[4] or ''
  end
end
return pack({}, rows, #rows)
