-- The memories of an append go straight into the memory store. The last six KEYS are theirs.
local function take_memories(first, is_new, now)
  local store = open_memories(#KEYS - 5, now, ARGV[4])
  for i = first, #ARGV, 4 do
    if is_new[tonumber(ARGV[i])] then
      put_memory(store, ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], false)
    end
  end
  save_memories(store)
end
