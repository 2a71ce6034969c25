"""What is held together: exposure by sector, factor and group, its risk, and what crashes would do to it."""
