"""Where market data is kept: the DuckDB tick store, its migrations and its readers."""
