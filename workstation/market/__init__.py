"""The live truth that panels read: order books, candles, depth grids, and the recorder that keeps it."""
