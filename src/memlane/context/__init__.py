"""What fits into a model's context, and in which shape it is sent; pure."""
