"""What panels do by key: every action with its id, so that it can be put on another key."""

from dataclasses import dataclass

from ui.drawings.toolbar import ALERT_KEY, HIDE_KEY, MAGNET_KEY, TOOLS
from ui.widgets.timeframe_picker import TIMEFRAMES_MS, timeframe_text
from workstation.model.drawings import DrawingKind


@dataclass(frozen=True, slots=True)
class PanelAction:
    """One thing that panels of some kinds do when a key is pressed in them.

    Attributes:
        id: what it is called in the keymap.
        words: what it does.
        keys: on which it is by default, the foremost first; the panel itself knows them.
        kinds: of the panels that do it.
        with_selection: only while something is selected, so that its key may do another thing otherwise.
    """

    id: str
    words: str
    keys: tuple[str, ...]
    kinds: tuple[str, ...]
    with_selection: bool = False


_PLOTS = ("chart", "depth")
_TABLES = ("watchlist", "alerts", "feed_health", "positions", "calendar", "outside", "venues")
_ALL_TABLES = (*_TABLES, "portfolio", "liquidations")


def _of(kind: str, *entries: tuple[str, str, tuple[str, ...]]) -> tuple[PanelAction, ...]:
    return tuple(PanelAction(f"{kind}.{name}", words, keys, (kind,)) for name, words, keys in entries)


def _selected(name: str, words: str, *keys: str) -> PanelAction:
    return PanelAction(f"draw.{name}", words, keys, _PLOTS, with_selection=True)


PANEL_ACTIONS: tuple[PanelAction, ...] = (
    PanelAction("plot.zoom_in", "Zoom in on time", ("+", "="), _PLOTS),
    PanelAction("plot.zoom_out", "Zoom out of time", ("-", "_"), _PLOTS),
    PanelAction("plot.back", "Back in time", ("Left",), _PLOTS),
    PanelAction("plot.forward", "Forward in time", ("Right",), _PLOTS),
    PanelAction("plot.now", "Jump to now and follow", ("End",), _PLOTS),
    PanelAction("plot.fit", "Fit the price scale or hold it", ("A",), _PLOTS),
    *_of(
        "chart",
        ("style", "Bars: the next style", ("B",)),
        ("studies", "Studies: add, change, remove", ("S",)),
        ("volume", "Volume pane", ("V",)),
        ("timeframe", "Type a timeframe", ("T",)),
        *(
            (f"timeframe.{place}", f"Timeframe {timeframe_text(ms)}", (str(place),))
            for place, ms in enumerate(TIMEFRAMES_MS[:9], start=1)
        ),
    ),
    *_of(
        "depth",
        ("page_back", "Back by a view", ("PgUp",)),
        ("page_forward", "Forward by a view", ("PgDown",)),
        ("oldest", "The oldest depth that is stored", ("Home",)),
        ("go_to", "Go to a time", ("G",)),
        ("higher", "Higher prices", ("Up",)),
        ("lower", "Lower prices", ("Down",)),
        ("zoom_price_in", "Zoom in on price", ("Shift+Up",)),
        ("zoom_price_out", "Zoom out of price", ("Shift+Down",)),
    ),
    *(
        PanelAction(
            f"draw.{kind.value}",
            f"Draw {words.name}",
            (words.key,),
            _PLOTS if kind is DrawingKind.LEVEL else ("chart",),
        )
        for kind, words in TOOLS.items()
    ),
    PanelAction("draw.magnet", "Magnet on or off", (MAGNET_KEY,), _PLOTS),
    PanelAction("draw.hide", "Hide or show drawings", (HIDE_KEY,), _PLOTS),
    PanelAction("draw.undo", "Undo drawing", ("Ctrl+Z",), _PLOTS),
    PanelAction("draw.redo", "Redo drawing", ("Ctrl+Shift+Z", "Ctrl+Y"), _PLOTS),
    PanelAction("draw.paste", "Paste drawings", ("Ctrl+V",), _PLOTS),
    PanelAction("draw.select_all", "Select all drawings", ("Ctrl+A",), _PLOTS),
    PanelAction("draw.enter", "Place a point, or edit the drawing selected", ("Return", "Enter"), _PLOTS),
    _selected("delete", "Delete drawing", "Del", "Backspace"),
    _selected("copy", "Copy drawing", "Ctrl+C"),
    _selected("duplicate", "Duplicate drawing", "Ctrl+D"),
    _selected("lock", "Lock or unlock drawing", "L"),
    _selected("alert", "Alert at level on or off", ALERT_KEY),
    *_of(
        "ladder",
        ("centre", "Centre on the market and follow it", ("C", "Home")),
        ("up", "Scroll up", ("Up",)),
        ("down", "Scroll down", ("Down",)),
        ("page_up", "Scroll up by a page", ("PgUp",)),
        ("page_down", "Scroll down by a page", ("PgDown",)),
        ("coarser", "Coarser rows", ("+", "=")),
        ("finer", "Finer rows", ("-",)),
        ("sums", "Sizes added up from the best price", ("S",)),
        ("traded", "Size traded at each price", ("T",)),
    ),
    *_of(
        "tape",
        ("newest", "Back to the newest", ("Home", "End")),
        ("page_up", "Scroll up and hold", ("PgUp",)),
        ("page_down", "Scroll down and hold", ("PgDown",)),
        ("select_up", "Select the trade above", ("Up",)),
        ("select_down", "Select the trade below", ("Down",)),
        ("copy", "Copy the selected trades", ("Ctrl+C",)),
        ("larger", "Larger minimum size", ("+", "=")),
        ("smaller", "Smaller minimum size", ("-",)),
    ),
    *_of(
        "watchlist",
        ("follow", "Follow another symbol of the venue", ("Ins",)),
        ("remove", "Remove the symbol from the watchlist", ("Del",)),
        ("columns", "Choose the columns", ("C",)),
    ),
    *_of(
        "scanner",
        ("filter", "Filter", ("F",)),
        ("screens", "Saved screens", ("S",)),
        ("checklist", "Choose the checklist", ("K",)),
        ("fitting", "Only rows that satisfy the checklist", ("P",)),
        ("alert", "Alert from the filter", ("A",)),
        ("columns", "Choose the columns", ("T",)),
        ("copy", "Copy the row", ("C",)),
        ("copy_all", "Copy every row shown", ("Shift+C",)),
        ("link", "Linked panels follow the cursor", ("L",)),
        ("follow", "Follow the symbol", ("Ins",)),
        ("undo", "Bring a removed screen back", ("Ctrl+Z",)),
    ),
    *_of(
        "alerts",
        ("new", "New alert", ("Ins", "N")),
        ("edit", "Edit the alert", ("E", "F2")),
        ("pause", "Pause or resume the alert", ("Space",)),
        ("rearm", "Arm the alert again", ("R",)),
        ("remove", "Remove the alert, or what was told", ("Del",)),
        ("undo", "Undo the removal", ("Ctrl+Z",)),
        ("history", "What is watched, what was told", ("H",)),
        ("quiet", "Do not disturb", ("Q",)),
    ),
    *_of(
        "positions",
        ("close_quarter", "Close a quarter of the position", ("Shift+Q",)),
        ("close_half", "Close half of the position", ("Shift+H",)),
        ("close_most", "Close three quarters of the position", ("Shift+W",)),
        ("close_all", "Close the position", ("Shift+X",)),
        ("break_even", "Stop to break-even", ("B",)),
        ("move_stop", "Move the stop", ("S",)),
        ("trail_peak", "Trail: give back half of the best", ("P",)),
        ("trail_increment", "Trail: give back half of what is won from here", ("I",)),
        ("repair_stop", "Send a missing stop again", ("R",)),
        ("cancel", "Cancel the order", ("Del", "Backspace")),
        ("orders", "Show orders", ("O",)),
        ("fills", "Show fills", ("F",)),
        ("alarms", "Show alarms", ("A",)),
    ),
    *_of(
        "trips",
        ("next", "The next round trip", ("J",)),
        ("previous", "The previous round trip", ("K",)),
        ("unreviewed", "The next round trip that is not reviewed", ("N",)),
        ("write", "Write about the round trip", ("Return", "Enter")),
        ("search", "Search round trips", ("Ctrl+F",)),
        ("filters", "Show or hide the filters", ("F",)),
        ("unit", "Money, per cent, R", ("U",)),
        ("copy", "Copy the list", ("Ctrl+C",)),
    ),
    *_of(
        "entry",
        ("save", "Save as reviewed, and go on", ("Ctrl+Return", "Ctrl+Enter")),
        ("next", "The next round trip", ("J",)),
        ("previous", "The previous round trip", ("K",)),
        ("notes", "Write the notes", ("N",)),
        ("emotion", "Add a tag of an emotion", ("T",)),
        ("mistake", "Add a tag of a mistake", ("M",)),
        ("feelings", "Answer the feelings", ("G",)),
        ("followed", "The process was followed", ("Y",)),
        ("broken", "The process was not followed", ("X",)),
        ("day", "The diary of the day, and back", ("D",)),
        ("paste", "Add the picture that was copied", ("Ctrl+V",)),
        ("undo", "Undo in the journal", ("Ctrl+Z",)),
        ("redo", "Do again in the journal", ("Ctrl+Shift+Z", "Ctrl+Y")),
    ),
    *_of(
        "statistics",
        ("measure", "Money, per cent, R", ("U",)),
        ("filters", "Show or hide the filters", ("F",)),
        *(
            (f"picture.{number}", f"Picture {number} alone, and back", (str(number % 10),))
            for number in range(1, 11)
        ),
        ("previous", "The picture before", ("[",)),
        ("next", "The next picture", ("]",)),
        ("open", "Open what is pointed at, or the picture alone", ("Return", "Enter")),
        ("dimension", "Break down by the next dimension", ("D",)),
        ("draw", "Monte Carlo: draw anew", ("M",)),
        ("start", "What the account began with", ("S",)),
        ("page_down", "More pictures", ("PgDown",)),
        ("page_up", "The pictures before", ("PgUp",)),
        ("copy", "Copy the picture's figures", ("Ctrl+C",)),
        ("copy_csv", "Copy the picture's figures as CSV", ("Ctrl+Shift+C",)),
    ),
    PanelAction(
        "statistics.one.open", "Open what is pointed at", ("Return", "Enter"), ("passive", "rule_ledger")
    ),
    PanelAction("statistics.one.copy", "Copy the figures", ("Ctrl+C",), ("passive", "rule_ledger")),
    PanelAction(
        "statistics.one.copy_csv", "Copy the figures as CSV", ("Ctrl+Shift+C",), ("passive", "rule_ledger")
    ),
    *_of(
        "portfolio",
        ("account", "Show the account", ("A",)),
        ("limits", "Show the limits", ("L",)),
        ("changes", "Show changes of limits", ("C",)),
        ("scenario", "Another scenario", ("N",)),
        ("balance", "Starting balance of a paper account", ("B",)),
        ("edit_limit", "Change the limit", ("E",)),
        ("take_back", "Take back the limit that waits", ("U",)),
    ),
    *_of(
        "ticket",
        ("begin_buy", "Buy: take the ticket up", ("B",)),
        ("begin_sell", "Sell: take the ticket up", ("S",)),
        ("send", "Send", ("Ctrl+Return", "Ctrl+Enter")),
        ("limit", "Limit", ("L",)),
        ("halves", "Bracket of two halves", ("H",)),
        ("ladder", "Ladder", ("G",)),
        ("market", "Market", ("M",)),
        ("post_only", "Post-only on or off", ("P",)),
        ("reduce_only", "Reduce-only on or off", ("R",)),
        ("setup", "Choose the setup", ("U",)),
        ("checklist", "To the checklist", ("C",)),
        ("edit_checklist", "Edit the checklist", ("T",)),
        ("answer_yes", "Checklist: answer the row yes", ("Space", "Y")),
        ("answer_no", "Checklist: answer the row no", ("N",)),
        ("take_back", "Checklist: take the answer back", ("Del", "Backspace")),
        *((f"feel.{number}", f"Checklist: feel {number} of 5", (str(number),)) for number in range(1, 6)),
    ),
    *_of(
        "funding",
        ("shorter", "Shorter span", ("[",)),
        ("longer", "Longer span", ("]",)),
        ("path", "Price around settlements", ("P",)),
        ("which", "All settlements, those longs paid, those shorts paid", ("S",)),
        ("alert", "Alert on funding", ("A",)),
        ("copy", "Copy the year's settlements", ("Ctrl+C",)),
    ),
    *_of(
        "basis",
        ("alarm", "Alarm when mark stands 0.5 % off", ("A",)),
        ("undo", "Take the alarm back", ("Ctrl+Z",)),
        ("whole", "Scale to the alarm lines, or to what was", ("W",)),
        ("shorter", "Shorter span", ("[",)),
        ("longer", "Longer span", ("]",)),
    ),
    *_of(
        "open_interest",
        ("alert", "Alert on open interest", ("A",)),
        ("alert_ratio", "Alert on the long/short ratio", ("L",)),
        ("copy", "Copy every symbol's place", ("Ctrl+C",)),
    ),
    *_of(
        "liquidations",
        ("larger", "Larger least value", ("+", "=")),
        ("smaller", "Smaller least value", ("-",)),
        ("everyone", "Every symbol, or the linked one", ("E",)),
        ("alert", "Alert on liquidations", ("A",)),
    ),
    *_of(
        "liquidation_map",
        ("mix", "Edit the leverage mix", ("M",)),
        ("narrower", "A narrower reach of prices", ("+", "=")),
        ("wider", "A wider reach of prices", ("-",)),
        ("centre", "Centre on the price", ("Home",)),
    ),
    *_of("term_structure", ("copy", "Copy the points", ("Ctrl+C",))),
    *_of(
        "correlation",
        ("shorter", "Shorter window", ("[",)),
        ("longer", "Longer window", ("]",)),
        ("method", "Next method", ("M",)),
        ("order", "Likes beside each other, or the watchlist's order", ("O",)),
        ("changes", "Change against the longer window above the diagonal", ("D",)),
        ("net", "Net of BTC above the diagonal", ("N",)),
        ("crash", "Without days of a crash", ("X",)),
        ("tighter", "Tighter groups", ("G",)),
        ("looser", "Looser groups", ("Shift+G",)),
        ("pair", "Course and scatter of the pair", ("Return", "Enter")),
        ("symbol", "Show the row's symbol in linked panels", ("Shift+Return", "Shift+Enter")),
        ("copy", "Copy the pair, or the whole matrix", ("Ctrl+C",)),
    ),
    *_of(
        "exposure",
        ("sector", "By sector", ("S",)),
        ("factor", "By factor", ("F",)),
        ("group", "By groups that move alike", ("G",)),
        ("edit", "Edit the sectors", ("E",)),
        ("copy", "Copy the figures", ("Ctrl+C",)),
    ),
    *_of(
        "joint_stress",
        ("scenario", "A scenario of your own", ("N",)),
        ("copy", "Copy the table", ("Ctrl+C",)),
    ),
    *_of(
        "calendar",
        ("new", "New event", ("Ins", "N")),
        ("edit", "Edit the event", ("E", "F2")),
        ("remove", "Remove the event", ("Del",)),
        ("leave_out", "Leave this time of the event out", ("Shift+Del",)),
        ("undo", "Undo the last change of the calendar", ("Ctrl+Z",)),
        ("import", "Import a calendar or a table", ("I",)),
        ("past", "What is ahead, what was", ("P",)),
        ("complete", "The calendar is complete as it is", ("L",)),
    ),
    *_of(
        "liquidity",
        ("back", "The measure before", ("[",)),
        ("next", "The next measure", ("]",)),
        ("size", "Type your size", ("S",)),
        ("alarm", "Alarm at a spread of 0.5 %", ("A",)),
        ("hours", "Hours as the journal tells them", ("J",)),
        ("copy", "Copy every hour and session", ("Ctrl+C",)),
    ),
    *_of("venues", ("alert", "Alert on the venue's health", ("A",))),
    *_of(
        "outside",
        ("look", "Look at every source now", ("R",)),
        ("alert", "Alert on the series", ("A",)),
        ("folder", "Open the folder of declarations", ("O",)),
        ("shorter", "A shorter span of the line", ("+", "=")),
        ("longer", "A longer span of the line", ("-",)),
    ),
    *_of(
        "time_machine",
        ("play", "Play or pause", ("Space",)),
        ("back", "A step back", (",", "Left")),
        ("on", "A step on", (".", "Right")),
        ("entry", "To the entry", ("E",)),
        ("exit", "To the exit", ("X",)),
        ("slower", "Slower", ("[",)),
        ("faster", "Faster", ("]",)),
        ("step_size", "The next size of a step", ("S",)),
        ("after", "What came after the cursor: hide, dim, show", ("H",)),
        ("zoom_in", "Less time", ("+", "=")),
        ("zoom_out", "More time", ("-",)),
        ("whole", "The whole round trip", ("Home",)),
        ("next", "The next round trip", ("J",)),
        ("previous", "The previous round trip", ("K",)),
    ),
    *_of(
        "counterfactuals",
        ("go_to", "Go to the moment of the exit", ("Return", "Enter")),
        ("next", "The next round trip", ("J",)),
        ("previous", "The previous round trip", ("K",)),
        ("copy", "Copy the table", ("Ctrl+C",)),
    ),
    PanelAction("table.choose", "Show the symbol in linked panels", ("Return", "Enter"), _TABLES),
    PanelAction("table.filter", "Filter the rows", ("Ctrl+F",), _ALL_TABLES),
    PanelAction("table.copy", "Copy the row, or all that are selected", ("Ctrl+C",), _ALL_TABLES),
    PanelAction("table.select_all", "Select all rows", ("Ctrl+A",), _ALL_TABLES),
    *(
        PanelAction(f"table.sort.{place}", f"Sort by column {place}", (str(place),), _ALL_TABLES)
        for place in range(1, 10)
    ),
)


def actions_of(kind: str) -> list[PanelAction]:
    """What panels of a kind do by key."""
    return [action for action in PANEL_ACTIONS if kind in action.kinds]
