"""How memories are found: analysis, signals, fusion; pure."""
