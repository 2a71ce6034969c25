"""The keys of a depth panel, as they are listed for `?`."""

KEYS = (
    ("+  −", "Zoom time"),
    ("←  →", "Back and forward in time"),
    ("PgUp  PgDn", "Back and forward by a view"),
    ("Home", "The oldest depth that is stored"),
    ("End", "Jump to now and follow"),
    ("G", "Go to a time"),
    ("↑  ↓", "Higher and lower prices, with Shift zoom price; both hold the scale"),
    ("A", "Keep the market in view or hold the price scale"),
    ("Wheel", "Zoom time; with Ctrl price, with Shift back and forward; on the legend the colours"),
    ("Double click", "Reset the view"),
)
