"""Wrappers of stores and models: the same Protocol in, the same Protocol out."""
