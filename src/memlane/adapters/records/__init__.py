"""Stores of small records of a server."""
