"""Walks the newcomer's first minutes on a screen of its own, and writes docs/first-trade.md with pictures.

`make newcomer` runs the real program in an empty home, drives it by mouse and keyboard, and fails when it
takes longer than three minutes from the first start to a note on a trade in the journal.
"""

import sys
import tempfile
from pathlib import Path

from tests.newcomer.page import write_page
from tests.newcomer.screen import Screen, what_is_missing
from tests.newcomer.walk import STUCK, Newcomer

REPOSITORY = Path(__file__).resolve().parents[2]
PICTURES = REPOSITORY / "docs" / "images" / "newcomer"
PAGE = REPOSITORY / "docs" / "first-trade.md"
MOST_S = 180.0


def main() -> int:
    """Walk, write, and return the exit status."""
    lacking = what_is_missing()
    if lacking:
        print(f"The newcomer's walk needs a screen: {lacking}.", file=sys.stderr)
        return 2
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="preflight-newcomer-") as home, Screen() as screen:
        newcomer = Newcomer(screen, Path(home), PICTURES)
        try:
            newcomer.walk()
        except TimeoutError as error:
            print(f"The newcomer got stuck: {error}. See {PICTURES / STUCK}", file=sys.stderr)
            return 1
        for moment in newcomer.moments:
            print(f"{moment.at_s:6.1f} s  {moment.words}")
        write_page(PAGE, newcomer.moments, newcomer.trip, MOST_S)
    took_s = newcomer.moments[-1].at_s
    if took_s > MOST_S:
        print(f"It took {took_s:.0f} s; {MOST_S:.0f} s are the most.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
