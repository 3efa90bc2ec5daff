"""One module owns each driver: URL, TLS, pool, retries and the translation of its errors."""
