"""The trader's calendar: events and when they occur, their windows, and how they are imported and kept."""
