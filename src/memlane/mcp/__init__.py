"""Memlane over the Model Context Protocol: tools and resources, on standard streams and over HTTP."""
