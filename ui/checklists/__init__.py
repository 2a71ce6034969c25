"""The window in which checklists are edited."""
