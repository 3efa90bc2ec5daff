"""Embedders, one module a runtime or provider."""
