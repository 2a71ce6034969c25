"""Orders: the gate they pass, the desk that sends them, what becomes of them, and what is held."""
