"""Who may do what: credentials, API keys, tokens of an identity provider, and budgets of requests."""
