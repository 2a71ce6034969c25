"""Preflight's headless half: everything the workstation knows and does, without a window."""

__version__ = "0.1.0"
