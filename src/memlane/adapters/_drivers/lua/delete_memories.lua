-- KEYS  1-6 the partition's memories. ARGV 1 now, 2 a random token, then ids. Returns how many there were.
local store = open_memories(1, tonumber(ARGV[1]), ARGV[2])
local deleted = 0
for i = 3, #ARGV do
  local body, expires = find_memory(store, ARGV[i])
  if body then
    bury_memory(store, ARGV[i], expires)
    deleted = deleted + 1
  end
end
save_memories(store)
return deleted
