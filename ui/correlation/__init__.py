"""How the followed symbols move together: what is read of the market, the matrix, and one pair of it."""
