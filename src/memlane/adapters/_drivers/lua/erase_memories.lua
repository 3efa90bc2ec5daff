-- KEYS  1-6 the partition's memories, 7 profile. ARGV 1 how many expiring memories at most.
-- Returns memories, vectors, preferences, and 1 when there is more to erase.
local store = load_memories(1)
local memories, vectors, preferences = 0, 0, 0
for _, id in ipairs(call('ZRANGE', store.expiring, 0, int(tonumber(ARGV[1]) - 1))) do
  local fields = call('HLEN', own_key(store, id))
  if fields > 0 then
    memories, vectors = memories + 1, vectors + fields - 1
  end
  call('UNLINK', own_key(store, id))
  call('ZREM', store.expiring, id)
  call('ZREM', store.log, id)
  call('ZREM', store.names, id)
end
if call('EXISTS', store.expiring) == 1 then
  return {memories, vectors, 0, 1}
end
memories = memories + call('HLEN', store.bodies)
for _, embedder in ipairs(store.embedders) do
  vectors = vectors + call('HLEN', vectors_key(store, embedder))
end
unlink_memories(store)
preferences = call('HLEN', KEYS[7]) - call('HEXISTS', KEYS[7], 'e')
call('UNLINK', KEYS[7])
return {memories, vectors, preferences, 0}
