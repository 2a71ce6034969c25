"""A backup brings everything back as it was; one that is hostile, cut or damaged changes nothing."""

import hashlib
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal as D
from pathlib import Path

import pytest

from workstation.errors import DataDirectoryInUse, StoreFull
from workstation.journal import backup, restore
from workstation.journal.backup import BackupCancelled, daily_backup, daily_backups, make_backup
from workstation.journal.journal import Journal
from workstation.journal.restore import BadBackup, check_backup, confirm, put_in_place, read_manifest, stage
from workstation.model.journal import TripNote
from workstation.model.orders import Fill, Side
from workstation.store.database_copies import database_trouble
from workstation.store.ledger import open_ledger

NOW_MS = 1_795_000_000_000
DAY_MS = 86_400_000
LEDGER = "paper/binance_usdm"


def _fill(number: int, side: Side) -> Fill:
    return Fill(
        "binance_usdm", "BTCUSDT", number, "c", "o", side, D(100), D(1), D("0.1"), "USDT", False, number
    )


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    with open_ledger(made / LEDGER) as ledger:
        ledger.append(*(_fill(n, Side.BUY if n % 2 else Side.SELL) for n in range(1, 301))).result()
    with Journal(made) as journal:
        journal.save_note(TripNote("one", text="kept")).result()
        journal.attach(b"picture", "entry.png")
    for name in (
        "settings.json",
        "drawings/x.json",
        "layouts/trade.json",
        "checklists/a.toml",
        "alerts/alerts.json",
    ):
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_text(f'"{name}"')
    (made / "ticks.duckdb").write_bytes(b"ticks")
    (made / "pictures").mkdir()
    (made / "pictures" / "p.png").touch()
    return made


def _held(data_dir: Path) -> dict[str, bytes]:
    """Everything that a backup holds, databases by what is in them."""
    found = {}
    for path in backup.kept_files(data_dir):
        name = path.relative_to(data_dir).as_posix()
        if name.endswith(".sqlite"):
            with closing(sqlite3.connect(path)) as held:
                found[name] = "\n".join(held.iterdump()).encode()
        else:
            found[name] = path.read_bytes()
    return found


def _ledger_seqs(data_dir: Path) -> int:
    with open_ledger(data_dir / LEDGER) as ledger:
        assert ledger.check().is_whole
        return len(ledger.entries())


def test_a_backup_is_made_while_the_desk_trades_and_brings_everything_back(
    data_dir: Path, tmp_path: Path
) -> None:
    with open_ledger(data_dir / LEDGER) as ledger, Journal(data_dir) as journal:
        ledger.append(_fill(301, Side.BUY)).result()
        journal.save_note(TripNote("two", text="written just now")).result()
        manifest = make_backup(data_dir, tmp_path / "b.zip", NOW_MS)
    before = _held(data_dir)
    assert not manifest.troubles
    assert "ticks.duckdb" not in {one.path for one in manifest.files}
    assert not any("pictures" in one.path or one.path.endswith(".lock") for one in manifest.files)
    assert check_backup(tmp_path / "b.zip") == manifest
    (data_dir / "settings.json").write_text("changed")
    (data_dir / "drawings" / "later.json").write_text("made later")
    _, aside = restore.restore(tmp_path / "b.zip", data_dir, NOW_MS)
    after = _held(data_dir)
    assert set(after) == set(before)
    assert {name: held for name, held in after.items() if "ledger.head" not in name} == {
        name: held for name, held in before.items() if "ledger.head" not in name
    }
    assert _ledger_seqs(data_dir) == 301
    assert (aside / "settings.json").read_text() == "changed"
    assert (aside / "drawings" / "later.json").exists()
    assert (data_dir / "ticks.duckdb").read_bytes() == b"ticks"
    assert (data_dir / "pictures" / "p.png").exists()


def test_after_a_damaged_ledger_page_the_backup_gives_back_every_entry(
    data_dir: Path, tmp_path: Path
) -> None:
    make_backup(data_dir, tmp_path / "b.zip", NOW_MS)
    ledger = data_dir / LEDGER / "ledger.sqlite"
    with ledger.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * 4096)
    assert database_trouble(ledger)
    later = make_backup(data_dir, tmp_path / "later.zip", NOW_MS)
    assert any("ledger.sqlite" in words for words in later.troubles)
    restore.restore(tmp_path / "b.zip", data_dir, NOW_MS)
    assert _ledger_seqs(data_dir) == 300


def test_a_restore_that_was_interrupted_at_any_step_is_finished_by_the_next(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_backup(data_dir, tmp_path / "b.zip", NOW_MS)
    wanted = _held(data_dir)
    rename = restore.os.rename
    for allowed in range(15):
        (data_dir / "settings.json").write_text(f"changed {allowed}")
        stage(tmp_path / "b.zip", data_dir, NOW_MS)
        assert put_in_place(data_dir) is None, "nothing comes of it before it is confirmed"
        confirm(data_dir)
        left = allowed

        def breaking(old: Path, new: Path) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            rename(old, new)

        monkeypatch.setattr(restore.os, "rename", breaking)
        try:
            aside = put_in_place(data_dir)
        except KeyboardInterrupt:
            monkeypatch.setattr(restore.os, "rename", rename)
            aside = put_in_place(data_dir)
        monkeypatch.setattr(restore.os, "rename", rename)
        assert aside is not None
        assert (aside / "settings.json").read_text() == f"changed {allowed}"
        assert _held(data_dir) == wanted
        assert put_in_place(data_dir) is None
    assert left == 0, "every step was interrupted once"


def test_nothing_is_restored_under_a_running_desk(data_dir: Path, tmp_path: Path) -> None:
    make_backup(data_dir, tmp_path / "b.zip", NOW_MS)
    with open_ledger(data_dir / LEDGER), pytest.raises(DataDirectoryInUse):
        restore.restore(tmp_path / "b.zip", data_dir, NOW_MS)


def _rewrite(
    source: Path, target: Path, change: Callable[[dict[str, bytes], dict[str, object]], None]
) -> Path:
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    change(files, manifest)
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", json.dumps(manifest))
    return target


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/evil", "a/../../evil", "C:/evil", "C:evil", "a\\..\\evil", "a//b", "./a", "a\x00b",
     "ticks.duckdb", "journal/journal.lock", ".restore.json", "a/.ssh", "backups/x.zip", "a\nb", "nul. "],
)  # fmt: skip
def test_a_hostile_name_is_refused_and_nothing_is_unpacked(data_dir: Path, tmp_path: Path, name: str) -> None:
    make_backup(data_dir, tmp_path / "b.zip", NOW_MS)

    def change(files: dict[str, bytes], manifest: dict[str, object]) -> None:
        files[name] = b"evil"
        manifest["files"].append({"path": name, "size": 4, "sha256": "0" * 64})  # type: ignore[attr-defined]

    bad = _rewrite(tmp_path / "b.zip", tmp_path / "bad.zip", change)
    before = set(tmp_path.rglob("*"))
    with pytest.raises(BadBackup):
        restore.restore(bad, data_dir, NOW_MS)
    assert set(tmp_path.rglob("*")) == before


def test_a_link_in_a_backup_is_refused(data_dir: Path, tmp_path: Path) -> None:
    make_backup(data_dir, tmp_path / "b.zip", NOW_MS)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o120777 if name == "settings.json" else 0o100644) << 16
            archive.writestr(entry, data)
    with pytest.raises(BadBackup, match=r"settings\.json"):
        read_manifest(tmp_path / "bad.zip")


@pytest.mark.parametrize(
    "what", ["changed", "longer", "missing", "more", "newer", "cut", "no manifest", "ledger"]
)
def test_what_is_not_as_it_was_made_changes_nothing(data_dir: Path, tmp_path: Path, what: str) -> None:
    good = tmp_path / "b.zip"
    make_backup(data_dir, good, NOW_MS)
    bad = tmp_path / "bad.zip"

    def change(files: dict[str, bytes], manifest: dict[str, object]) -> None:
        if what == "changed":
            files["settings.json"] = files["settings.json"].replace(b"s", b"z")
        elif what == "longer":
            files["settings.json"] += b" "
        elif what == "missing":
            del files["settings.json"]
        elif what == "more":
            files["new.json"] = b"{}"
        elif what == "newer":
            manifest["format"] = 99

    if what == "cut":
        bad.write_bytes(good.read_bytes()[:-2_000])
    elif what == "no manifest":
        with zipfile.ZipFile(bad, "w") as archive:
            archive.writestr("settings.json", "{}")
    elif what == "ledger":
        _forge_ledger(good, bad)
    else:
        _rewrite(good, bad, change)
    before = _held(data_dir)
    with pytest.raises(BadBackup):
        restore.restore(bad, data_dir, NOW_MS)
    assert _held(data_dir) == before
    assert not [path for path in data_dir.iterdir() if path.name.startswith(".restore")]


def _forge_ledger(good: Path, bad: Path) -> None:
    """A fill is told otherwise, with hashes of the file that fit: only the chain shows it."""

    def change(files: dict[str, bytes], manifest: dict[str, object]) -> None:
        name = f"{LEDGER}/ledger.sqlite"
        files[name] = files[name].replace(b'"price":"100"', b'"price":"101"', 1)
        for one in manifest["files"]:  # type: ignore[attr-defined]
            if one["path"] == name:
                one["sha256"] = hashlib.sha256(files[name]).hexdigest()

    _rewrite(good, bad, change)


def test_one_backup_a_day_is_made_and_the_newest_fourteen_stay(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    for day in range(17):
        assert daily_backup(data_dir, folder, NOW_MS + day * DAY_MS) is not None
        assert daily_backup(data_dir, folder, NOW_MS + day * DAY_MS) is None
    kept = sorted(path.name for path in daily_backups(folder))
    assert len(kept) == 14
    assert kept[-1] == "preflight-2026-12-04.zip"


def test_while_something_is_damaged_no_earlier_backup_goes(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    for day in range(3):
        daily_backup(data_dir, folder, NOW_MS + day * DAY_MS, keep=1)
    assert len(list(daily_backups(folder))) == 1
    with (data_dir / LEDGER / "ledger.sqlite").open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * 4096)
    daily_backup(data_dir, folder, NOW_MS + 9 * DAY_MS, keep=1)
    assert len(list(daily_backups(folder))) == 2


def test_a_full_disk_and_a_cancelled_backup_leave_nothing(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    with pytest.raises(BackupCancelled):
        make_backup(data_dir, folder / "b.zip", NOW_MS, cancelled=lambda: True)

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.os, "fsync", full)
    with pytest.raises(StoreFull, match="is full"):
        make_backup(data_dir, folder / "b.zip", NOW_MS)
    assert list(folder.iterdir()) == []


@pytest.fixture(autouse=True)
def _no_leftovers(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.rglob("*.part"))
