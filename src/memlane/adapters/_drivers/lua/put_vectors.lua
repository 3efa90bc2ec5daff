-- KEYS  1-6 the partition's memories. ARGV 1 now, 2 a random token, 3 embedder, then id and vector of each.
-- Returns how many were kept. Vectors of the two embedders last stored for are kept, those of others dropped.
local store = open_memories(1, tonumber(ARGV[1]), ARGV[2])
local embedder, kept = ARGV[3], 0
local others = {}
for _, known in ipairs(store.embedders) do
  if known ~= embedder then
    others[#others + 1] = known
  end
end

local function drop_embedder(name)
  call('UNLINK', vectors_key(store, name))
  for _, id in ipairs(call('ZRANGE', store.expiring, 0, -1)) do
    call('HDEL', own_key(store, id), 'v:' .. name)
  end
end

for i = 4, #ARGV, 2 do
  local id, vector = ARGV[i], ARGV[i + 1]
  local body, expires = find_memory(store, id)
  if body then
    kept = kept + 1
    local held
    if expires then
      held = call('HGET', own_key(store, id), 'v:' .. embedder)
    else
      held = call('HGET', vectors_key(store, embedder), id)
    end
    if held ~= vector then
      put_vector(store, id, expires, embedder, vector)
      log_change(store, id)
    end
  end
end
if store.changed then
  while #others >= EMBEDDERS_KEPT do
    drop_embedder(table.remove(others))
  end
  table.insert(others, 1, embedder)
  store.embedders = others
  set_field(store, 'd', table.concat(others, ' '))
  save_memories(store)
end
return kept
