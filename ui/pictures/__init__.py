"""Pictures of panels, windows and the desk: to the clipboard and into the folder that the journal reads."""
