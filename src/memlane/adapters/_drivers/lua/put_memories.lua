-- KEYS  1-6 the partition's memories
-- ARGV  1 now, 2 a random token, 3 '1' to overwrite, then id, body, expiry ('' stays) of each
-- Returns how many were new or changed.
local store = open_memories(1, tonumber(ARGV[1]), ARGV[2])
local changed = 0
for i = 4, #ARGV, 3 do
  changed = changed + put_memory(store, ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[3] == '1')
end
save_memories(store)
return changed
