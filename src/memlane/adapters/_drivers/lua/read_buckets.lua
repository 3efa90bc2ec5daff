-- KEYS  buckets. Returns step and amounts of each, bucket by bucket.
local buckets = {}
for i, key in ipairs(KEYS) do
  buckets[i] = call('HGETALL', key)
end
return buckets
