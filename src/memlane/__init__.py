"""Memory for LLM applications."""

from memlane._version import __version__

__all__ = ["__version__"]
