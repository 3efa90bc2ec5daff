"""Work ledgers, one module a backend."""
