"""Which key does what: the trader's own choice over the defaults, and where it is made."""
