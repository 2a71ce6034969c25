"""Keys of windows beside the desk and of forms within panels: they are fixed, and on the sheet of keys."""

DIALOG_KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Search of commands",
        (
            ("Up  Down", "The command above or below"),
            ("PgUp  PgDown", "By a page"),
            ("Enter", "Do it"),
            ("Esc", "Leave the search"),
        ),
    ),
    (
        "Any window beside the desk",
        (("Tab  Shift+Tab", "The next or the last field"), ("Esc", "Out of the field, then close")),
    ),
    (
        "Settings",
        (("Ctrl+F", "Search settings"), ("Esc", "Clear the search, then close"), ("Enter", "Take the field")),
    ),
    (
        "Checklists",
        (
            ("Ctrl+S", "Save with its reason"),
            ("Ctrl+N", "A new checklist"),
            ("Insert", "Add a row"),
            ("Enter", "Edit the row"),
            ("Alt+Up  Alt+Down", "Move the row"),
            ("Delete  Backspace", "Remove the row"),
            ("Ctrl+Z  Ctrl+Shift+Z", "Undo, do again"),
        ),
    ),
    (
        "Weekly review",
        (
            ("Ctrl+Enter  Alt+Right", "On to the next step"),
            ("Alt+Left", "Back"),
            ("Ctrl+PgUp  Ctrl+PgDown", "The week before or after"),
            ("O", "Open the round trip in review"),
        ),
    ),
    ("Playbook", (("F2", "Write the page"),)),
    (
        "Pictures of a round trip",
        (
            ("Right  J", "The next picture"),
            ("Left  K", "The picture before"),
            ("1", "One dot to a dot, or all of it"),
            ("Ctrl+C", "Copy the picture"),
        ),
    ),
    ("Import, export, backup", (("Esc", "Cancel what is under way, then close"),)),
    (
        "Forms of alerts and events",
        (("Enter", "Keep it"), ("Esc", "Leave it"), ("Tab", "Take the name that is offered")),
    ),
    (
        "Figures typed in the ticket",
        (("Up  Down", "By a step"), ("Shift+Up  Shift+Down", "By ten steps"), ("Esc", "Leave the field")),
    ),
    ("Names asked for", (("Enter", "Take the name"), ("Esc", "Leave it"))),
    (
        "Help",
        (
            ("Alt+Left  Alt+Right", "The page before, and forward again"),
            ("Alt+Home", "Contents"),
            ("Ctrl+F", "Search all pages"),
            ("F3  Shift+F3", "The next or the last place of what is searched"),
            ("Ctrl+C", "Copy what is selected"),
            ("Esc", "Clear the search, then close"),
        ),
    ),
    (
        "What is this number?",
        (
            ("Tab  Shift+Tab", "The next figure, or the one before"),
            ("Enter", "Open its page of help"),
            ("Ctrl+C", "Copy what the card says"),
            ("Esc", "End"),
        ),
    ),
    (
        "Sheet of keys",
        (
            ("Ctrl+F", "Search"),
            ("Ctrl+C", "Copy what is shown as text"),
            ("Esc", "Clear the search, then close"),
        ),
    ),
)
"""What each of them is called, and its keys as (keys, what they do); two spaces stand between keys."""
