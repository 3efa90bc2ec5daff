-- The memories of an append wait in the outbox. KEYS 5 bodies, 6 order, 7 the due set where one script reaches it.
local function take_memories(first, is_new)
  local newest = call('ZREVRANGE', KEYS[6], 0, 0, 'WITHSCORES')
  local place = tonumber(newest[2] or 0)
  for i = first, #ARGV, 4 do
    if is_new[tonumber(ARGV[i])]
      and call('HSETNX', KEYS[5], ARGV[i + 1], ARGV[i + 3] .. ':' .. ARGV[i + 2]) == 1 then
      place = place + 1
      call('ZADD', KEYS[6], int(place), ARGV[i + 1])
    end
  end
  if KEYS[7] then
    call('ZADD', KEYS[7], 'NX', ARGV[1], ARGV[5])
  end
end
