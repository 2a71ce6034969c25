"""What an account began with is what its own book says, unless the trader said something else."""

from decimal import Decimal
from pathlib import Path

from tests.workstation.trading.made import made_fill
from workstation.exchange.paper_journal import PAPER_BOOK, Deposit, PaperJournal
from workstation.journal.journal import Journal
from workstation.journal.starts import starting_balances
from workstation.model.orders import Side

KEY, COIN = "paper/binance_usdm", "USDT"


def test_a_paper_account_began_with_what_was_put_in_before_its_first_fill(tmp_path: Path) -> None:
    book = PaperJournal(tmp_path / KEY / PAPER_BOOK)
    book.append(Deposit(COIN, Decimal(10_000), 1), Deposit(COIN, Decimal(-2_000), 2))
    book.append(made_fill(1, Side.BUY, Decimal(1), Decimal(100)), Deposit(COIN, Decimal(500), 3))
    book.close()
    before = (tmp_path / KEY / PAPER_BOOK).read_bytes()
    with Journal(tmp_path) as journal:
        owners = [(KEY, COIN), (KEY, "BTC"), ("import/a", COIN)]
        assert starting_balances(journal, owners) == {(KEY, COIN): Decimal(8_000)}
    assert (tmp_path / KEY / PAPER_BOOK).read_bytes() == before


def test_what_the_trader_says_goes_first_and_can_be_undone(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        version = journal.version
        journal.save_start("import/a", COIN, Decimal("1234.5"))
        assert journal.version > version
        assert starting_balances(journal, [("import/a", COIN)]) == {("import/a", COIN): Decimal("1234.5")}
    with Journal(tmp_path) as journal:
        assert journal.start_said("import/a", COIN) == Decimal("1234.5")
        assert journal.undo() == "Starting balance"
        assert starting_balances(journal, [("import/a", COIN)]) == {}


def test_a_book_that_cannot_be_read_tells_no_start(tmp_path: Path) -> None:
    (tmp_path / KEY).mkdir(parents=True)
    (tmp_path / KEY / PAPER_BOOK).write_bytes(b'{"kind":"Deposit","body":{"asset":"USDT"}}\n')
    with Journal(tmp_path) as journal:
        assert starting_balances(journal, [(KEY, COIN)]) == {}
