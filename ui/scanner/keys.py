"""The scanner's keys and what they do, for the page of keys."""

KEYS = [
    ("↑ ↓, PgUp, PgDn, Home, End", "Move; rows keep their places meanwhile"),
    ("← →", "Columns beyond the edge"),
    ("Enter, click", "Show the symbol in linked panels"),
    ("L", "Linked panels follow the cursor"),
    ("F", "Filter: a word, or a condition; Esc empties it"),
    ("S", "Saved screens"),
    ("K, P", "Choose the checklist, only rows that satisfy it"),
    ("A", "Alert from the filter"),
    ("1 … 9, click on a title", "Sort by a column; with Shift by it too"),
    ("T, right click on a title", "Choose the columns"),
    ("drag a title, its right edge", "Move the column, make it wider"),
    ("C, Shift+C", "Copy the row, every row shown"),
    ("Insert", "Follow a symbol that is only listed"),
    ("Ctrl+Z", "Bring a removed screen back"),
]
