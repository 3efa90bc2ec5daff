"""The `memlane` command."""
