"""Looks over every symbol of a venue: which fit, in which order, and what of a checklist they satisfy."""
