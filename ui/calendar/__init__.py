"""The calendar on screen: the strip of what is near, the list, and the forms in which events come in."""
