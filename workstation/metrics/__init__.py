"""One registry of everything that can be known about a market, and how it is worked out."""
