"""The journal's way in and out in the window: import, export, reports, backups."""
