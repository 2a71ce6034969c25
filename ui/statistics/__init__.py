"""The statistics of the journal on screen: tiles, pictures, tables, and what works them out."""
