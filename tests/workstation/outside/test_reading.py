"""What a source sends is believed only as far as it is plausible; everything else is named and left out."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.outside.reading import BadSource, Taken, read_source
from workstation.outside.source import Source, load_sources

NOW_MS = 1_790_000_000_000


def source(kind: str = "json", **more: object) -> Source:
    told = {"key": "dominance", "title": "Dominance", "kind": kind, "value": "v", "url": "http://x.test/"}
    return Source(**{**told, **more})  # type: ignore[arg-type]


def read(content: object, made: Source) -> Taken:
    text = content if isinstance(content, str) else json.dumps(content)
    return read_source(made, text.encode(), NOW_MS)


def test_one_value_deep_in_an_answer() -> None:
    taken = read({"data": {"caps": [{"btc": "57.25"}]}}, source(value="data.caps.0.btc"))
    assert (taken.times.tolist(), taken.values.tolist()) == ([NOW_MS], [57.25])


def test_rows_with_times_in_every_usual_unit_are_put_in_order() -> None:
    rows = [
        {"t": 1_789_000_000, "v": 2},
        {"t": 1_788_000_000_000, "v": 1},
        {"t": "2026-09-20T00:00:00+02:00", "v": 3},
        {"t": 1_789_900_000_000_000_000, "v": 4},
    ]
    taken = read({"rows": rows}, source(rows="rows", time="t"))
    assert taken.values.tolist() == [1, 2, 4, 3] or taken.values.tolist() == [1, 2, 3, 4]
    assert (np.diff(taken.times) > 0).all()
    assert taken.times.tolist()[0] == 1_788_000_000_000


def test_rows_may_be_lists_and_columns_have_titles() -> None:
    assert read([[1_789_000_000, 7.5]], source(rows="", value="0.1", time="0.0")).values.tolist() == [7.5]
    table = source("csv", value="close", time="date")
    assert read("date;close\n2026-01-01;5\n2026-01-02;6\n", table).values.tolist() == [5, 6]


def test_implausible_rows_are_left_out_counted_and_the_first_is_named() -> None:
    made = source("csv", value="v", time="t", least=0.0, most=100.0)
    rows = ["nan", "inf", "1e300", "-5", "5700", "true", "", "57 %", "57.2"]
    text = "t,v\n" + "".join(f"2026-01-{day:02d},{value}\n" for day, value in enumerate(rows, 1))
    taken = read(text + "soon,5\n2999-01-01,5\n2026-01-20\n", made)
    assert taken.values.tolist() == [57.2]
    assert taken.ignored == 11
    assert taken.why


@pytest.mark.parametrize(
    ("content", "made", "said"),
    [
        ("", source(), "no JSON"),
        ("<html>", source(), "no JSON"),
        ("[" * 100_000, source(), "no JSON"),
        ({"other": 1}, source(), "nothing at 'v'; it has: other"),
        ({"v": None}, source(), "no number"),
        ({"v": {"deep": 1}}, source(), "no number"),
        ({"v": True}, source(), "no number"),
        ('{"v": NaN}', source(), "no JSON"),
        ('{"v": 1e999}', source(), "no JSON"),
        ('{"v": ' + "9" * 400 + "}", source(), "no JSON|no number"),
        ({"v": 5700}, source(most=100.0), "above the most, 100: is the unit another"),
        ({"v": 1}, source(rows="v"), "there is no list of rows"),
        ({"rows": []}, source(rows="rows"), "no rows"),
        ("a,b\n1,2\n", source("csv"), "no column 'v'; the first line has: a, b"),
        ("", source("csv"), "no column"),
        ("v\n\n", source("csv"), "no rows"),
        ('v\n"never closed\n', source("csv"), "no number"),
    ],
)
def test_what_cannot_be_used_is_named(content: object, made: Source, said: str) -> None:
    with pytest.raises(BadSource, match=said):
        read(content, made)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["csv", "json"]))
def test_no_bytes_raise_anything_else(content: bytes, kind: str) -> None:
    try:
        taken = read_source(source(kind, time="t"), content, NOW_MS)
    except BadSource:
        return
    assert np.isfinite(taken.values).all()


def test_declarations_are_read_and_each_mistake_is_named(tmp_path: Path) -> None:
    good = '[[source]]\nkey = "a"\ntitle = "A"\nkind = "csv"\nvalue = "v"\nfile = "a.csv"\n'
    (tmp_path / "1.toml").write_text(good + good)
    (tmp_path / "2.toml").write_text("not toml")
    (tmp_path / "3.toml").write_text('key = "top"')
    wrong = [
        'key = "B!"\ntitle = "B"\nkind = "csv"\nvalue = "v"\nfile = "b"',
        'key = "b"\ntitle = "B"\nkind = "xml"\nvalue = "v"\nfile = "b"',
        'key = "b"\ntitle = "B"\nkind = "csv"\nvalue = "v"',
        'key = "b"\ntitle = "B"\nkind = "csv"\nvalue = "v"\nurl = "file:///etc/passwd"',
        'key = "b"\ntitle = "B"\nkind = "csv"\nvalue = "v"\nurl = "http://u:p@x.test/"',
        'key = "b"\ntitle = "B"\nkind = "csv"\nvalue = "v"\nfile = "b"\ninterval = "1s"',
        'key = "b"\ntitle = "B"\nkind = "csv"\nvalue = "v"\nfile = "b"\ninterval = "often"',
        'key = "b"\ntitle = "B"\nkind = "csv"\nvalue = "v"\nfile = "b"\nleast = 2.0\nmost = 1.0',
        'key = "b"\ntitle = "B"\nkind = "csv"\nvalue = "v"\nfile = "b"\nleast = nan',
        'key = "b"\ntitle = "B"\nkind = "csv"\nvalue = "v"\nfile = "b"\nunknown = 1',
    ]
    (tmp_path / "4.toml").write_text("".join(f"[[source]]\n{one}\n" for one in wrong))
    sources, mistakes = load_sources(tmp_path)
    assert [one.key for one in sources] == ["a"]
    assert [one.file for one in mistakes] == ["1.toml", "2.toml", "3.toml", *["4.toml"] * len(wrong)]
    assert load_sources(tmp_path / "missing") == ((), ())
