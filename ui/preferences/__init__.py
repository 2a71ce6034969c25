"""What the trader has chosen: kept, shown in one window, and put in force at once."""
