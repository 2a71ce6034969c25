"""Every sign that the window's own words hold is in one of the fonts that are shipped."""

import ast
from pathlib import Path

from PySide6.QtGui import QRawFont
from PySide6.QtWidgets import QApplication

from ui.theme import mono_font, ui_font


def words_of(path: Path) -> str:
    """The signs of a module's strings, without those of its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return "".join(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    )


def test_no_sign_is_left_to_whatever_font_a_machine_has(repository: Path, qapp: QApplication) -> None:
    fonts = [QRawFont.fromFont(font) for font in (ui_font(), mono_font())]
    lacking = {
        (path.name, sign)
        for path in (repository / "ui").rglob("*.py")
        for sign in set(words_of(path))
        if sign.isprintable() and not any(font.supportsCharacter(ord(sign)) for font in fonts)
    }
    assert lacking == set()
