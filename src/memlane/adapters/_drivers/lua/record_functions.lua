-- The records of a collection: each is a hash (`b` bytes, `e` when it expires) that goes by itself; the names of all
-- are in one sorted set, by bytes, and of those that expire in another, by time.
local names, expiring, record = KEYS[1], KEYS[2], KEYS[3]
local PURGED = 100 -- of what has expired, the most that one write removes

local function record_key(id)
  return record .. segment(id)
end

local function unlink_record(id)
  call('UNLINK', record_key(id))
  call('ZREM', names, id)
  call('ZREM', expiring, id)
end

-- For a write: what has expired leaves the index.
local function purge(now)
  for _, id in ipairs(call('ZRANGEBYSCORE', expiring, '-inf', now, 'LIMIT', 0, PURGED)) do
    unlink_record(id)
  end
end

-- Returns the bytes of a record, or nil.
local function find_record(id, now)
  local state = call('HMGET', record_key(id), 'b', 'e')
  if state[1] and not (state[2] and tonumber(state[2]) <= now) then
    return state[1]
  end
end

-- The index lives as long as the last of its records.
local function keep_index(now)
  if call('ZCARD', names) > call('ZCARD', expiring) then
    call('PERSIST', names)
    call('PERSIST', expiring)
    return
  end
  local last = call('ZREVRANGE', expiring, 0, 0, 'WITHSCORES')
  if last[2] then
    pexpire(names, tonumber(last[2]) - now)
    pexpire(expiring, tonumber(last[2]) - now)
  end
end

local function put_record(id, body, expires, now)
  local key = record_key(id)
  call('HSET', key, 'b', body)
  call('ZADD', names, 0, id)
  if expires then
    call('HSET', key, 'e', int(expires))
    pexpire(key, expires - now)
    call('ZADD', expiring, expires, id)
  else
    call('HDEL', key, 'e')
    call('PERSIST', key)
    call('ZREM', expiring, id)
  end
end
