"""Pure functions over figures: margin, sizing, funding, order flow, statistics. No state, I/O or clock."""
