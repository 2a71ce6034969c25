"""What keeps the program running: the bus, the clock, the tasks, the rings."""
