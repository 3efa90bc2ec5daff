"""Memory stores, one module a backend."""
