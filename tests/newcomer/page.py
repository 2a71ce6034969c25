"""The page of the guide that shows the newcomer's walk as it was last run."""

from collections.abc import Sequence
from pathlib import Path

from tests.newcomer.walk import NOTE, PLAN, Moment
from workstation.model.journal import ReviewedTrip

_HEAD = """# Your first trade

From the first start to a trade in the journal, on the simulated exchange: play money, no key, no network. The welcome's tour leads
through the same steps; `Ctrl+K`, *Welcome tour*, begins it at any time.
"""

_STEPS = {
    "1-welcome": (
        "The desk is live",
        """`make run`, or `preflight`, opens the desk with the welcome over it. It blocks nothing: prices move behind it, and `Esc` puts it
away. It offers the market whose data are shown, a workspace, the sample journal, and says where your data are kept. **Take the
tour** begins.""",
    ),
    "2-market": (
        "The market",
        """Click another row of the watchlist: chart, depth, ladder, tape and ticket follow, because they share a link colour. `Alt+N` or
**Next** goes on, `Alt+P` or **Back** goes back, `Esc` ends the tour.""",
    ),
    "3-ticket": (
        "The ticket",
        f"""1. Choose the setup **First trade** in the box at the top of the ticket: its checklist appears.
2. Two of its rows ask you. Click *Exit written before entry* and write what takes you out: “{PLAN}” Then say how you feel, by a click on a figure.
3. Press `B`: entry, stop and target are proposed, and the size follows from the risk of 1 %. The rows judged from data tick themselves.
4. Press `Shift+↑` in the entry until it stands above the best ask: a limit there is filled at once, one below waits. (A market order would need a
   written reason.)
5. Look at *What it does to me*: the liquidation price stands there, and how far beyond the stop it lies.

The button says what will happen. While a row does not pass, it says which.""",
    ),
    "4-position": (
        "Send",
        """`Ctrl+Enter` sends. The order goes to the simulated exchange over its wire; once it is filled, the stop and the target work there.""",
    ),
    "5-journal": (
        "Close",
        """`Alt+4` closes the whole position. A moment later the trade is in the journal with its plan, its checklist as it was answered, and
pictures of the desk at entry and exit; the tour shows it in *Review*.""",
    ),
    "6-note": (
        "Write a sentence",
        f"""`N` in the entry, or a click on its notes, and type: “{NOTE}” It is kept as it is typed.""",
    ),
}


def write_page(path: Path, moments: Sequence[Moment], one: ReviewedTrip) -> None:
    """Write the page of a walk that came to its end.

    Args:
        path: of the page, beside the folder `images`.
        moments: in their order.
        one: the trade.
    """
    trip = one.trip
    parts = [_HEAD]
    for number, moment in enumerate(moments, start=1):
        title, words = _STEPS[moment.name]
        picture = f"images/newcomer/{moment.name}.png"
        parts.append(f"## {number}. {title}\n\n{words}\n\n![{moment.words}]({picture})\n")
    rows = "\n".join(f"| {moment.words} | {moment.at_s:.0f} s |" for moment in moments)
    parts.append(
        f"""## How long it took

`make newcomer` starts the program in an empty home and walks these steps by mouse and keyboard alone; the pictures above are from its last run.
It fails when the last line is above 180 s.

| step | after the start |
|---|---|
{rows}

The trade: {trip.direction.value} {trip.size.normalize():f} {trip.symbol} at {trip.entry_price.normalize():.2f}, {len(trip.parts)} fills, net
{trip.net_pnl:+.2f} {trip.asset}.

## And then

* **The sample journal** shows what review, statistics and the rule ledger look like after months: `Ctrl+K`, *Add the sample journal*. Its trades are
  made up, marked SAMPLE wherever they appear, and never counted with yours. *Remove the sample journal* takes all of it away and nothing else.
* **A real market**: the chip at the top right. Its public data need no key; what is traded there is play money, on paper.
* **Your own setup**: [Checklists](checklists.md).
"""
    )
    path.write_text("\n".join(parts), encoding="utf-8")
