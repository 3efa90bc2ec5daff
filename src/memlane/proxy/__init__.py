"""The memory proxy: clients of OpenAI's and Anthropic's APIs as they are, with memory (see docs/how-to/proxy.md)."""
