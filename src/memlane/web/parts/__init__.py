"""Parts of pages: layout only."""
