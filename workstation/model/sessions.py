"""The three sessions of the trading day."""

SESSIONS = ("Asia", "Europe", "US")
SESSION_STARTS_H = (0, 7, 13)
"""UTC hours at which each begins; the US session lasts until the end of the day."""
