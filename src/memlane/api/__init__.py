"""What client and server agree on: paths, bodies and problem documents of `/v1`."""
