"""The memory systems that `alternatives.py` compares, each behind the same two calls.

A module here imports nothing but what its own environment has, and that only when its `open_system` is called.
"""
