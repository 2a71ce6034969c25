"""One printable page: parts of HTML and pictures, put together for a browser or for Qt's own printing."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

from workstation.journal.report.words import esc


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture within a page.

    Attributes:
        data: SVG text, or PNG bytes.
        width, height: as it is laid out, CSS pixels.
        words: what it shows.
    """

    data: str | bytes
    width: int
    height: int
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """A page.

    Attributes:
        title: of the document.
        parts: HTML of ours, in which all that came from outside is escaped, and pictures between.
    """

    title: str
    parts: tuple[str | Picture, ...]

    def html(self) -> str:
        """The page for a browser: one file that loads nothing and runs nothing."""
        body = "".join(part if isinstance(part, str) else _inline(part) for part in self.parts)
        policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>{esc(self.title)}</title>\n<style>\n{_style('report.css')}{_style('screen.css')}</style>"
            f"</head>\n<body>\n{body}\n</body></html>\n"
        )

    def rich(self) -> tuple[str, dict[str, Picture]]:
        """The page for `QTextDocument`, and its pictures by the names that stand in it."""
        pictures: dict[str, Picture] = {}
        body = []
        for part in self.parts:
            if isinstance(part, str):
                body.append(part)
                continue
            name = f"picture:{len(pictures)}"
            pictures[name] = part
            # Qt would take the height of its lines for the picture's, too.
            image = f'<img src="{name}" width="{part.width}" height="{part.height}">'
            body.append(f'<p style="line-height: 100%">{image}</p>')
        style = _style("report.css").replace("@page", "unused")
        return f"<html><head><style>{style}</style></head><body>{''.join(body)}</body></html>", pictures


def table(
    headings: Sequence[tuple[str, bool]],
    rows: Iterable[Sequence[str]],
    widths: Sequence[int] = (),
    *,
    tight: bool = False,
) -> str:
    """Return a table of cells that are HTML already.

    Args:
        headings: each with whether its column is of figures.
        rows: a cell for each heading.
        widths: of columns, percent; empty leaves them to their contents.
        tight: smaller letters, for many columns.
    """
    shown = []
    for place, (name, is_number) in enumerate(headings):
        side = 'class="num" align="right"' if is_number else 'align="left"'
        wide = f' width="{widths[place]}%"' if widths else ""
        shown.append(f"<th {side}{wide}>{esc(name)}</th>")
    kind = "rows tight" if tight else "rows"
    body = []
    for row in rows:
        cells = (
            f'<td class="num" align="right">{cell}</td>' if is_number else f"<td>{cell}</td>"
            for cell, (_, is_number) in zip(row, headings, strict=True)
        )
        body.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f'<table class="{kind}" width="100%" cellspacing="0" cellpadding="4">'
        f"<thead><tr>{''.join(shown)}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>"
    )


def figures(cells: Sequence[tuple[str, str, str, str]], across: int = 4) -> str:
    """Return figures in a row each of four: what it is, its value, a line below, and its tone."""
    rows = []
    for start in range(0, len(cells), across):
        part = list(cells[start : start + across])
        part += [("", "", "", "flat")] * (across - len(part))
        rows.append(
            "<tr>"
            + "".join(
                f'<td width="{100 // across}%"><p class="pale small">{esc(name)}</p>'
                f'<p class="figure {tone}">{value}</p><p class="pale small">{below}</p></td>'
                for name, value, below, tone in part
            )
            + "</tr>"
        )
    return f'<table class="figures" width="100%" cellspacing="0" cellpadding="4">{"".join(rows)}</table>'


def _inline(picture: Picture) -> str:
    if isinstance(picture.data, str):
        return f"<div>{picture.data}</div>"
    kept = base64.b64encode(picture.data).decode()
    return (
        f'<p><img src="data:image/png;base64,{kept}" width="{picture.width}" height="{picture.height}" '
        f'alt="{esc(picture.words)}"></p>'
    )


def _style(name: str) -> str:
    return (files("workstation") / "resources" / "report" / name).read_text(encoding="utf-8")
