"""One trader's account on the simulated exchange: orders, positions, margin, and what is told of them."""
