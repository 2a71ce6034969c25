"""What the panels of positions and of the portfolio are made of."""
