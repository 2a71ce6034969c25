"""Liquidity on screen: what is usual hour by hour, what the trader's size costs now, how venues compare."""
