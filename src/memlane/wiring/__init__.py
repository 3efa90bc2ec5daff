"""The only place that knows names and classes: URL to adapter, settings, and how the parts are put together."""
