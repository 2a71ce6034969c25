"""The rituals that turn what was written down into the next trade: reviews, commitments, playbook, readiness."""
