"""Stores, embedders and counters on real backends; adapters never import each other."""
