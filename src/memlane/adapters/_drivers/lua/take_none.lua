-- An append without memories.
local function take_memories()
end
