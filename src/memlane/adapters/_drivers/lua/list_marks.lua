-- KEYS  marks of partitions. ARGV 1 now.
-- Returns lengths and bytes of, for each: when its lease ends or 0, how many marks there are; name, since, tries, '1'
-- when set aside, and error of each.
local items = {}
for _, key in ipairs(KEYS) do
  local marks, place, count = load_marks(key, tonumber(ARGV[1])), #items + 1, 0
  items[place], items[place + 1] = int(marks.ends), ''
  for session, mark in pairs(marks.sessions) do
    local at = place + 2 + 5 * count
    items[at], items[at + 1], items[at + 2] = session, mark.since, int(mark.tries)
    items[at + 3], items[at + 4] = mark.aside and '1' or '', mark.error
    count = count + 1
  end
  items[place + 1] = int(count)
end
return pack({}, items, #items)
