"""What only the depth panel is made of."""
