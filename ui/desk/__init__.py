"""The desk: windows full of panels, and the workspaces that say which panel stands where."""
