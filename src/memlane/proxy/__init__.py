"""Memory between an OpenAI or Anthropic client and its provider."""
