"""Token counters, one module a tokenizer or estimate."""
