"""The report of one trade: its figures, fills, checklist and notes, with the pictures kept of it."""

from collections.abc import Callable
from dataclasses import replace

from workstation.journal.accounts import is_sample
from workstation.journal.imports.rows import SYNTHETIC
from workstation.journal.report.curves import WIDTH
from workstation.journal.report.markdown import rendered
from workstation.journal.report.page import Picture, Report, figures, table
from workstation.journal.report.week import foot, is_made_up
from workstation.journal.report.words import NONE, esc, held, moment, money, multiple, plain, price, tone
from workstation.model.journal import Attachment, Feelings, JournalAccount, ReviewedTrip

MOST_PICTURES = 8
MOST_PICTURE_BYTES = 8_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_FORM = "%d %b %Y %H:%M:%S"


def trade_report(
    one: ReviewedTrip,
    account: JournalAccount | None,
    made_ms: int,
    read: Callable[[Attachment], bytes | None] = lambda _attachment: None,
) -> Report:
    """Return the report of one round trip.

    Args:
        one: it, with everything known of it.
        account: whose it is.
        made_ms: our clock.
        read: the bytes of an attachment; None where it is not there.
    """
    trip = one.trip
    made_up = "SAMPLE, made up: " if is_sample(one) else ""
    words = f"{made_up}{trip.symbol} {trip.direction.value}"
    whose = "" if account is None else f"{account.title}, "
    parts: list[str | Picture] = [
        f"<h1>{esc(words)}</h1>"
        f'<p class="lead">{esc(whose)}{moment(trip.opened_ms, _FORM)} to '
        f"{moment(trip.closed_ms, _FORM)} UTC, "
        f"{esc(one.setup or 'no setup named')}</p>",
        figures(_figures(one)),
    ]
    if is_made_up(one):
        parts.append(
            '<p class="pale small">The export told what came of this trade, not each of its fills: those '
            "marked “made up” stand for what it left out, and bring the venue's own result.</p>"
        )
    if one.note.text.strip() or one.note.tags or one.note.broken:
        parts.append("<h2>Notes</h2>" + _said(one))
    parts.append("<h2>Fills</h2>" + _fills(one))
    if trip.payments:
        rows = [
            (moment(paid.event_ms, _FORM), money(paid.amount, 4), esc(paid.asset)) for paid in trip.payments
        ]
        parts.append("<h2>Funding</h2>" + table((("Time", False), ("Amount", True), ("Coin", False)), rows))
    if one.evidence:
        parts.append("<h2>Checklist when the order was sent</h2>" + _checklist(one))
    parts += _pictures(one, read)
    parts.append(foot(made_ms))
    return Report(f"{words} {moment(trip.opened_ms, '%Y-%m-%d')} · Preflight", tuple(parts))


def _figures(one: ReviewedTrip) -> list[tuple[str, str, str, str]]:
    trip, far = one.trip, one.excursion
    coin = esc(trip.asset)
    return [
        ("Net result", money(trip.net_pnl), coin, tone(trip.net_pnl)),
        ("In R", multiple(trip.r_multiple), _risk(one), tone(trip.r_multiple)),
        ("Before fees", money(trip.pnl), coin, tone(trip.pnl)),
        ("Fees and funding", money(trip.funding - trip.fees), coin, "flat"),
        ("Size", plain(trip.size), "the most that was held", "flat"),
        ("Entry", price(trip.entry_price), "average", "flat"),
        ("Exit", price(trip.exit_price), "average", "flat"),
        (
            "Held",
            NONE if is_made_up(one) and not trip.held_ms else held(trip.held_ms),
            "liquidated by the venue" if trip.is_liquidated else "",
            "flat",
        ),
        ("Worst", money(None if far is None else far.mae_pnl), _source(one), "flat"),
        ("Best", money(None if far is None else far.mfe_pnl), _source(one), "flat"),
    ]


def _risk(one: ReviewedTrip) -> str:
    risk = one.trip.initial_risk
    return "no stop was known" if risk is None else f"risk {plain(risk, 2)} {esc(one.trip.asset)}"


def _source(one: ReviewedTrip) -> str:
    far = one.excursion
    return (
        "not measured"
        if far is None
        else "by the tape"
        if far.source == "tape"
        else f"by {esc(far.source)} candles"
    )


def _said(one: ReviewedTrip) -> str:
    note = one.note
    tags = ", ".join(f"{tag.group.value}: {tag.name}" for tag in sorted(note.tags))
    verdict = {True: "Followed the process.", False: "Did not follow the process.", None: ""}[note.followed]
    lines = [f"<p>{verdict}</p>" if verdict else ""]
    if note.broken:
        lines.append(f'<p class="down">Broken: {esc(note.broken)}</p>')
    if tags:
        lines.append(f'<p class="pale small">{esc(tags)}</p>')
    felt = [
        f"{when}: {_felt(feelings)}"
        for when, feelings in (("before", note.before), ("during", note.during), ("after", note.after))
        if feelings != Feelings()
    ]
    if felt:
        lines.append(f'<p class="pale small">Feelings, 1 to 5, {esc("; ".join(felt))}</p>')
    return "".join(lines) + f'<div class="note">{rendered(note.text)}</div>'


def _felt(feelings: Feelings) -> str:
    named = (("tension", feelings.tension), ("doubt", feelings.doubt), ("urge", feelings.urge))
    return ", ".join(f"{name} {value}" for name, value in named if value is not None)


def _fills(one: ReviewedTrip) -> str:
    rows = []
    for part in one.trip.parts:
        fill = part.fill
        is_made_up = fill.venue_order_id.startswith(SYNTHETIC)
        kind = (
            "made up"
            if is_made_up
            else "liquidation"
            if fill.is_liquidation
            else "maker"
            if fill.is_maker
            else "taker"
        )
        rows.append(
            (
                moment(fill.event_ms, _FORM),
                f"{fill.side.value}, {'opens' if part.opens else 'closes'}",
                plain(part.size),
                price(fill.price),
                kind,
                money(-part.fee, 4),
                NONE if part.opens else f'<span class="{tone(part.pnl)}">{money(part.pnl)}</span>',
            )
        )
    heads = (
        ("Time", False),
        ("Fill", False),
        ("Size", True),
        ("Price", True),
        ("Kind", False),
        ("Fee", True),
        ("Result", True),
    )
    return table(heads, rows)


def _checklist(one: ReviewedTrip) -> str:
    rows = [
        (esc(row.row.replace("_", " ")), esc(row.value or NONE), esc(row.threshold or NONE), esc(row.state))
        for row in one.evidence
    ]
    return table((("Row", False), ("Value", False), ("Held against", False), ("State", False)), rows)


def _pictures(one: ReviewedTrip, read: Callable[[Attachment], bytes | None]) -> list[str | Picture]:
    found: list[str | Picture] = []
    for attachment in one.note.attachments:
        data = read(attachment)
        if data is None or not data.startswith(_PNG) or len(data) > MOST_PICTURE_BYTES:
            continue
        width, height = (int.from_bytes(data[place : place + 4], "big") for place in (16, 20))
        if not 0 < width < 20_000 or not 0 < height < 20_000:
            continue
        shown = Picture(data, width, height, attachment.name)
        if width > WIDTH:
            shown = replace(shown, width=WIDTH, height=round(height * WIDTH / width))
        found += [shown, f'<p class="pale small">{esc(attachment.name)}</p>']
        if len(found) >= 2 * MOST_PICTURES:
            break
    others = [item.name for item in one.note.attachments if (read(item) or b"")[:8] != _PNG]
    if others:
        found.append(f'<p class="pale small">Also attached: {esc(", ".join(others))}</p>')
    return ["<h2>Pictures and files</h2>", *found] if found else []
