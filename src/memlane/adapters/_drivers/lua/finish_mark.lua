-- KEYS  1 marks, 2 session. ARGV 1 now, 2 token, 3 session's name, 4 the position up to which it is done,
--       5 when the session began, or '' for any.
-- Returns 1 when no mark is left of it.
if not holds(KEYS[1], ARGV[2], tonumber(ARGV[1])) then
  return 0
end
local alive, newest, began = is_alive(KEYS[2], tonumber(ARGV[1]))
if alive and (newest > tonumber(ARGV[4]) or (ARGV[5] ~= '' and began ~= ARGV[5])) then
  return 1 - call('HEXISTS', KEYS[1], 's:' .. ARGV[3])
end
drop_mark(KEYS[1], ARGV[3])
return 1
