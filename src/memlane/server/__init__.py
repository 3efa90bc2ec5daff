"""The HTTP server: `/v1`, who may call it, limits, health, metrics; the proxy and MCP are mounted in it."""
