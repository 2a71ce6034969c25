"""What the panels of funding, basis, open interest and liquidations are made of."""
