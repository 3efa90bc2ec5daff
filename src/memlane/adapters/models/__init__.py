"""Chat models: one module an API."""
