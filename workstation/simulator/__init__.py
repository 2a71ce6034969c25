"""Markets that are made, not met."""
