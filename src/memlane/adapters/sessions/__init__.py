"""Session stores, one module a backend."""
