"""The operations of `/v1`, by resource; each file holds one. What an operation is stands in `operations`."""
