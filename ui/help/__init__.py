"""Help within the program: pages of panels, the sheet of keys, and what a figure on screen is."""
