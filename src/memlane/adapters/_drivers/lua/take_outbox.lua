-- The memories of an append wait in the outbox. The last KEYS are its bodies and order and, after the schedule, the due
-- set.
local function take_memories(first, is_new)
  local bodies, order, due = KEYS[#KEYS - 1], KEYS[#KEYS]
  if #KEYS == 8 then
    bodies, order, due = KEYS[6], KEYS[7], KEYS[8]
  end
  local newest = call('ZREVRANGE', order, 0, 0, 'WITHSCORES')
  local place = tonumber(newest[2] or 0)
  for i = first, #ARGV, 4 do
    if is_new[tonumber(ARGV[i])]
      and call('HSETNX', bodies, ARGV[i + 1], ARGV[i + 3] .. ':' .. ARGV[i + 2]) == 1 then
      place = place + 1
      call('ZADD', order, int(place), ARGV[i + 1])
    end
  end
  if due then
    call('ZADD', due, 'NX', ARGV[1], ARGV[5])
  end
end
