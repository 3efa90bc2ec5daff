-- KEYS  1 a key that is not there. Returns 1 when this server has time series and this user may use them.
for _, command in ipairs({{'TS.ADD', KEYS[1], 'x', '1'}, {'TS.RANGE', KEYS[1], '-', '+'}}) do
  local reply = redis.pcall(unpack(command))
  if not (type(reply) == 'table' and reply.err and string.find(reply.err, 'TSDB', 1, true)) then
    return 0
  end
end
return 1
