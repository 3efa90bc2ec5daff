"""What an operator sees of a server: metrics for Prometheus, traces for OpenTelemetry."""
