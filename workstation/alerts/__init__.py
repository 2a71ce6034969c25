"""Alerts: what the trader wants to be told of, watched while the desk runs, and what has been told."""
