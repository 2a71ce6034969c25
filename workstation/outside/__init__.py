"""Series from outside the market: declared by the trader, fetched, read with suspicion, and kept."""
