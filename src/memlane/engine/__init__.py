"""What the public handles do, on any stores; async, no driver."""
