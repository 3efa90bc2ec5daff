"""What follows from what was said, found without a model; no I/O, no clock, no randomness."""
