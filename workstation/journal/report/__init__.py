"""Printable reports of the journal: a week or one trade, as one self-contained page."""
