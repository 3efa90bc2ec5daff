"""Stores of usage over time."""
