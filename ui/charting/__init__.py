"""What only charts are made of: bars, panes below the price, lines of studies."""
