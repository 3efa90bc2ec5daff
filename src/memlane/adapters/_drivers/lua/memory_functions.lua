-- The memories of a partition. Of those that stay, the bodies are in one hash and the vectors in one hash for each
-- embedder; each that expires has a hash of its own (`b` body, `v:<embedder>` vector), so that it goes by itself.
-- The log orders ids by the version of their last change, also those that are gone (also in `gone`, which is capped).
-- Fields of the state: e incarnation, v newest version, f the version below which `gone` has forgotten, d embedders
-- that have vectors, newest first, t set while the keys have a time to live (nothing in them stays), x set once a
-- memory that expires was put, g set once one was gone: what never happened need not be looked for.
local GONE_KEPT = 1000
local EMBEDDERS_KEPT = 2

local function own_key(store, id)
  return store.state .. 'e:' .. segment(id)
end

local function vectors_key(store, embedder)
  return store.state .. 'v:' .. segment(embedder)
end

local function unlink_memories(store)
  local keys = {store.state, store.bodies, store.log, store.names, store.expiring, store.gone}
  for _, embedder in ipairs(store.embedders) do
    keys[#keys + 1] = vectors_key(store, embedder)
  end
  unlink_all(keys)
end

local function load_memories(first, nonce)
  local store = {
    state = KEYS[first], bodies = KEYS[first + 1], log = KEYS[first + 2],
    names = KEYS[first + 3], expiring = KEYS[first + 4], gone = KEYS[first + 5],
    embedders = {}, nonce = nonce, fields = {},
  }
  local state = call('HMGET', store.state, 'e', 'v', 'f', 'd', 't', 'x', 'g')
  store.incarnation, store.version, store.floor = state[1], tonumber(state[2] or 0), tonumber(state[3] or 0)
  store.is_passing, store.has_expiring, store.has_gone = state[5], state[6], state[7]
  for embedder in string.gmatch(state[4] or '', '%S+') do
    store.embedders[#store.embedders + 1] = embedder
  end
  return store
end

-- Of the state, what a write changes.
local function set_field(store, name, value)
  local fields = store.fields
  fields[#fields + 1] = name
  fields[#fields + 1] = value
end

local function forget_incarnation(store)
  store.incarnation, store.version, store.floor, store.embedders = false, 0, 0, {}
  store.is_passing, store.has_expiring, store.has_gone = false, false, false
end

-- A memory is gone, by a change that the log already tells.
local function note_gone(store, id, version)
  call('ZADD', store.gone, version, id)
  if not store.has_gone then
    store.has_gone = '1'
    call('HSET', store.state, 'g', '1')
  end
end

-- For a write: what has expired goes first, and when that was all, so does the incarnation. The log keeps its place: a
-- reader that has not come so far may know the memory as one that stays.
local function open_memories(first, now, nonce)
  local store = load_memories(first, nonce)
  store.now = now
  if not store.has_expiring then
    return store
  end
  local ids = call('ZRANGEBYSCORE', store.expiring, '-inf', now, 'LIMIT', 0, 100)
  for _, id in ipairs(ids) do
    call('UNLINK', own_key(store, id))
    call('ZREM', store.names, id)
    call('ZREM', store.expiring, id)
    note_gone(store, id, call('ZSCORE', store.log, id))
  end
  if #ids > 0 and call('EXISTS', store.names) == 0 then
    unlink_memories(store)
    forget_incarnation(store)
  elseif #ids > 0 and store.is_passing then
    pexpire(store.gone, call('PTTL', store.state))
  end
  return store
end

-- Returns body, expiry (false: stays) of a memory, or nil.
local function find_memory(store, id)
  local expires = store.has_expiring and call('ZSCORE', store.expiring, id)
  if expires then
    local body = tonumber(expires) > store.now and call('HGET', own_key(store, id), 'b')
    return body or nil, tonumber(expires)
  end
  return call('HGET', store.bodies, id) or nil, false
end

local function log_change(store, id)
  store.version = store.version + 1
  call('ZADD', store.log, store.version, id)
  store.changed = true
end

local function take_vectors(store, id, expires)
  local fields = {}
  for _, embedder in ipairs(store.embedders) do
    local vector
    if expires then
      vector = call('HGET', own_key(store, id), 'v:' .. embedder)
    else
      vector = call('HGET', vectors_key(store, embedder), id)
      call('HDEL', vectors_key(store, embedder), id)
    end
    if vector then
      fields[#fields + 1] = embedder
      fields[#fields + 1] = vector
    end
  end
  return fields
end

local function put_vector(store, id, expires, embedder, vector)
  if expires then
    call('HSET', own_key(store, id), 'v:' .. embedder, vector)
  else
    call('HSET', vectors_key(store, embedder), id, vector)
  end
end

-- Removes what is stored of a memory, not its place in the log; returns its vectors.
local function remove_memory(store, id, expires)
  local vectors = take_vectors(store, id, expires)
  if expires then
    call('UNLINK', own_key(store, id))
    call('ZREM', store.expiring, id)
  else
    call('HDEL', store.bodies, id)
  end
  return vectors
end

local function bury_memory(store, id, expires)
  remove_memory(store, id, expires)
  call('ZREM', store.names, id)
  log_change(store, id)
  note_gone(store, id, store.version)
  store.is_fuller = false
end

local function name_memory(store, id)
  call('ZADD', store.names, 0, id)
  if store.has_gone then
    call('ZREM', store.gone, id)
  end
  log_change(store, id)
  store.is_fuller = true
end

-- `expires` is text, '' for a memory that stays; with `keeps`, vectors stay though the body is another. Returns 1 when
-- something changed.
local function put_memory(store, id, body, expires, overwrite, keeps)
  local expires_at = tonumber(expires) or false
  if not (expires_at or overwrite or store.has_expiring) then
    if call('HSETNX', store.bodies, id, body) == 0 then
      return 0
    end
    store.has_staying = true
    name_memory(store, id)
    return 1
  end
  local found, found_expires = find_memory(store, id)
  if found and (not overwrite or (found == body and found_expires == expires_at)) then
    return 0
  end
  if expires_at and expires_at <= store.now then
    if found then
      bury_memory(store, id, found_expires)
    end
    return found and 1 or 0
  end
  local vectors = {}
  if found or found_expires then
    vectors = remove_memory(store, id, found_expires)
  end
  if expires_at then
    call('HSET', own_key(store, id), 'b', body)
    call('ZADD', store.expiring, expires, id)
    if not store.has_expiring then
      store.has_expiring = '1'
      set_field(store, 'x', '1')
    end
  else
    call('HSET', store.bodies, id, body)
  end
  if found and (keeps or found == body) then
    for i = 1, #vectors, 2 do
      put_vector(store, id, expires_at, vectors[i], vectors[i + 1])
    end
  end
  if expires_at then
    pexpire(own_key(store, id), expires_at - store.now)
  end
  name_memory(store, id)
  return 1
end

local function forget_oldest_gone(store)
  if not store.has_gone then
    return
  end
  local surplus = call('ZCARD', store.gone) - GONE_KEPT
  if surplus > 0 then
    local oldest = call('ZPOPMIN', store.gone, surplus)
    for i = 1, #oldest, 2 do
      call('ZREM', store.log, oldest[i])
    end
    set_field(store, 'f', math.max(store.floor, tonumber(oldest[#oldest])))
  end
end

-- While every memory of a partition expires, so do the keys that all of them share.
local function keep_memories(store)
  local stays = store.has_staying or call('EXISTS', store.bodies) == 1
  if stays and not store.is_passing then
    return
  end
  local keys = {store.state, store.bodies, store.log, store.names, store.expiring, store.gone}
  if stays then
    for _, key in ipairs(keys) do
      call('PERSIST', key)
    end
    call('HDEL', store.state, 't')
    return
  end
  local top = call('ZREVRANGE', store.expiring, 0, 0, 'WITHSCORES')
  call('HSET', store.state, 't', '1')
  for _, key in ipairs(keys) do
    pexpire(key, tonumber(top[2]) - store.now)
  end
end

local function save_memories(store)
  if not store.changed then
    return
  end
  if not store.is_fuller and call('EXISTS', store.names) == 0 then
    unlink_memories(store)
    return
  end
  forget_oldest_gone(store)
  set_field(store, 'v', store.version)
  if not store.incarnation then
    set_field(store, 'e', store.nonce)
  end
  call('HSET', store.state, unpack(store.fields))
  keep_memories(store)
end
