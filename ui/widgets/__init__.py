"""Painted parts that panels are made of; none of them knows the market or another panel."""
