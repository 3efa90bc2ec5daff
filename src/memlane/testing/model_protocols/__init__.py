"""How each provider's protocol reads a request and writes an answer, as strict as the real one."""
