"""`preflight journal` from import to restore, as whoever types it sees it."""

import json
from pathlib import Path

import pytest

from workstation import cli

EXPORT = """Uid,Time,Symbol,Side,Price,Quantity,Amount,Fee,Realized Profit,Buyer,Maker,Trade ID,Order ID
1,2026-11-17 09:34:12,BTCUSDT,BUY,70000,0.01,700,0.28 USDT,0,true,false,11,21
1,2026-11-17 10:34:13,BTCUSDT,SELL,71000,0.01,710,0.284 USDT,10,false,true,12,22
"""


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    (tmp_path / "export.csv").write_text(EXPORT)

    def _run(*words: str, status: int = 0) -> str:
        assert cli.main(["journal", words[0], "--data-dir", str(tmp_path / "data"), *words[1:]]) == status
        told = capsys.readouterr()
        return told.out if status == 0 else told.err

    return _run


def test_from_an_export_to_a_report_and_back_from_a_backup(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    export, data_dir = str(tmp_path / "export.csv"), tmp_path / "data"
    told = json.loads(run("import", export, "--json"))
    assert (told["round_trips"], told["pnl"], told["fees"], told["agrees"]) == (
        1,
        {"USDT": 10},
        {"USDT": 0.564},
        True,
    )
    assert "there already" in run("import", export)
    (trip,) = json.loads(run("list", "--json", "--week", "2026-W47"))
    assert trip["net_pnl"] == 9.436
    assert "closes +10.00" in run("show", "1")
    run("report", "--week", "2026-W47", "--out", str(tmp_path / "w.html"))
    assert "+9.44" in (tmp_path / "w.html").read_text()
    assert "9.436" in (
        run("export", "--out", str(tmp_path / "csv")) and (tmp_path / "csv" / "trips.csv").read_text()
    )
    kept = json.loads(run("backup", "--json"))["file"]
    (data_dir / "settings.json").write_text("{}")
    aside = json.loads(run("restore", kept, "--json"))["aside"]
    assert (Path(aside) / "settings.json").exists()
    assert json.loads(run("list", "--json"))[0]["net_pnl"] == 9.436


def test_a_mangled_file_imports_nothing_and_names_its_line(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "export.csv").write_text(EXPORT.replace("71000", "seventy"))
    told = run("import", str(tmp_path / "export.csv"), status=2)
    assert "export.csv: Line 3: price: 'seventy' is no number. Nothing was imported." in told
    assert json.loads(run("list", "--json")) == []


def test_what_is_not_there_is_named(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("import", str(tmp_path / "export.csv"))
    assert "There is no account 'x'; there are: Binance import." in run("list", "--account", "x", status=2)
    assert "There is no round trip" in run("show", "7", status=2)
    assert "is no week" in run("report", "--week", "soon", "--out", "w.html", status=2)
    assert "neither in .html nor in .pdf" in run("report", "--trip", "1", "--out", "w.txt", status=2)
    assert "PDF is printed by the window" in run("report", "--trip", "1", "--out", "w.pdf", status=2)
    (tmp_path / "no.zip").write_text("no")
    assert "cannot be read as a backup" in run("restore", str(tmp_path / "no.zip"), status=2)


def test_the_sample_journal_comes_and_goes_by_command_and_leaves_what_is_the_traders(
    run, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    run("import", str(tmp_path / "export.csv"))
    added = json.loads(run("sample", "--json"))["added"]
    assert added > 50
    assert len(json.loads(run("list", "--account", "sample", "--json"))) == added
    assert len(json.loads(run("list", "--json"))) == 1
    assert f"of {added} trades was removed" in run("sample", "--remove")
    assert len(json.loads(run("list", "--json"))) == 1
    assert not (tmp_path / "data" / "sample").exists()
