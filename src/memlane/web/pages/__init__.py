"""The pages: layout only."""
