"""A connection to a Memlane server: the same API as embedded, over HTTP."""
