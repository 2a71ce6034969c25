"""Alerts on screen: their words, their form, their signs and sounds."""
