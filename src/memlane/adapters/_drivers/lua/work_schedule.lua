-- Which partitions have marks, and when they may be claimed: three sorted sets of partitions in one slot.
--   {work}    by when each may be claimed; of a leased one, by when the lease ends, or when a session became due since
--   {work}:l  the leased ones, by when the lease ends; the lease itself stands with the marks, and decides
--   {work}:t  by when a mark was last set, in seconds of the server's clock; also those where all that is left was set
--             aside, which are not in {work}
local UNCLAIMED_S = 50 * 86400 -- a partition that nobody claims is forgotten so long after its last mark

local function schedule_at(key)
  return {ready = key, leases = key .. ':l', moments = key .. ':t'}
end

local function leave_schedule(schedule, name)
  call('ZREM', schedule.ready, name)
  call('ZREM', schedule.leases, name)
  call('ZREM', schedule.moments, name)
end

local function note_moment(schedule, name)
  local now = tonumber(call('TIME')[1])
  if call('ZADD', schedule.moments, 'GT', now, name) == 0 then
    return
  end
  for _, old in ipairs(call('ZRANGEBYSCORE', schedule.moments, '-inf', now - UNCLAIMED_S, 'LIMIT', 0, 16)) do
    leave_schedule(schedule, old)
  end
end

-- A partition may be claimed from `moment` on: `anew` when it had nothing due, else unless it may be already.
local function call_back(schedule, name, moment, anew)
  if anew then
    call('ZADD', schedule.ready, moment, name)
  else
    call('ZADD', schedule.ready, 'LT', moment, name)
  end
  note_moment(schedule, name)
end

-- When a partition whose lease ends now may be claimed: at `moment`, unless a session became due during the lease.
local function time_after(schedule, name, moment, now)
  local ready, ends = call('ZSCORE', schedule.ready, name), call('ZSCORE', schedule.leases, name)
  local has_news = ready and ends and tonumber(ready) < tonumber(ends)
  return has_news and math.min(moment, now) or moment
end

-- Ends the lease of a partition, as its marks stand.
local function settle(schedule, name, standing, moment)
  if standing == 'none' then
    return leave_schedule(schedule, name)
  end
  if standing == 'due' then
    call('ZADD', schedule.ready, moment, name)
  else
    call('ZREM', schedule.ready, name)
  end
  call('ZREM', schedule.leases, name)
end

-- A partition, unless it has left, is leased until `ends`, and could be claimed since `ready`.
local function hold(schedule, name, ends, ready)
  if call('ZSCORE', schedule.ready, name) then
    call('ZADD', schedule.ready, ready, name)
    call('ZADD', schedule.leases, ends, name)
  end
end

-- The lease of a partition ends later.
local function prolong(schedule, name, ends)
  local ready = call('ZSCORE', schedule.ready, name)
  hold(schedule, name, ends, ready == call('ZSCORE', schedule.leases, name) and ends or ready)
end
