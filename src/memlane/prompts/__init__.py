"""What models are asked about a conversation, and how their answers are checked; no I/O, no clock, no randomness."""
