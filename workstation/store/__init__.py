"""Where market data is kept: the DuckDB tick store, its migrations and its readers.

A law of this room: every result is fetched whole. One that is half read (`fetchone`) keeps its transaction
open, and while any is open DuckDB cannot checkpoint: the log grows without end and closing takes minutes.
"""
