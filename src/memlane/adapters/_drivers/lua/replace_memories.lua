-- KEYS  1-6 the partition's memories
-- ARGV  1 now, 2 a random token, then of each: id, body, expiry ('' stays), '1' when it must be what follows, else
--       there must be none, that, '1' to keep its vectors
-- Returns 1 when each was what it must be, and all were stored.
local store = open_memories(1, tonumber(ARGV[1]), ARGV[2])
for i = 3, #ARGV, 6 do
  if (find_memory(store, ARGV[i]) or false) ~= (ARGV[i + 3] == '1' and ARGV[i + 4]) then
    return 0
  end
end
for i = 3, #ARGV, 6 do
  put_memory(store, ARGV[i], ARGV[i + 1], ARGV[i + 2], true, ARGV[i + 5] == '1')
end
save_memories(store)
return 1
