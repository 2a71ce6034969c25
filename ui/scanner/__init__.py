"""What only the scanner's panel is made of."""
