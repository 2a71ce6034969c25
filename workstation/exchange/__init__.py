"""Where market data come from: venues' wire formats and the feeds that read them."""
