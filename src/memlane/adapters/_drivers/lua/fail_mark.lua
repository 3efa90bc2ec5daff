-- KEYS  1 marks, 2 session. ARGV 1 now, 2 token, 3 session's name, 4 error, 5 '1' to set aside.
-- Returns 1 when it counted.
local now, session = tonumber(ARGV[1]), ARGV[3]
local text = holds(KEYS[1], ARGV[2], now) and is_alive(KEYS[2], now) and call('HGET', KEYS[1], 's:' .. session)
if not text then
  return 0
end
local mark = parse_mark(text)
mark.tries, mark.error, mark.aside = mark.tries + 1, ARGV[4], mark.aside or ARGV[5] == '1'
write_mark(KEYS[1], session, mark)
return 1
