"""Series from outside on screen: how each stands, its line, and what is wrong with any."""
