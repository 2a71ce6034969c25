"""Drawing on charts: tools, shapes, their painting, and the board that brings them onto a plot."""
