"""What adapters promise, one Protocol a file; the promises are numbered and each is a test."""
