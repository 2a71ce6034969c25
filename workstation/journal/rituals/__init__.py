"""The rituals that lead from what was written down to the next trade: reviews, commitments, readiness."""
