"""The records of Memlane and their wire format; no I/O, no clock, no randomness."""
