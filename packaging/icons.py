"""Renders the program's icon from its SVG: PNG of all sizes, and the icon files of Windows and macOS."""

import os
import struct
import sys
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgRenderer

PNG_SIZES = (16, 24, 32, 48, 64, 128, 256, 512, 1024)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_SIZES = {
    b"icp4": 16,
    b"icp5": 32,
    b"ic11": 32,
    b"ic12": 64,
    b"ic07": 128,
    b"ic13": 256,
    b"ic08": 256,
    b"ic14": 512,
    b"ic09": 512,
    b"ic10": 1024,
}
"""Kinds of an ICNS file, and their edges in pixels; ic11 to ic14 are the doubled ones."""


def main(source: Path, folder: Path) -> None:
    """Write preflight-<size>.png, preflight.ico and preflight.icns."""
    folder.mkdir(parents=True, exist_ok=True)
    renderer = QSvgRenderer(str(source))
    if not renderer.isValid():
        sys.exit(f"{source} is no picture that Qt can draw")
    pictures = {size: render(renderer, size) for size in PNG_SIZES}
    for size, picture in pictures.items():
        (folder / f"preflight-{size}.png").write_bytes(picture)
    (folder / "preflight.ico").write_bytes(ico([(size, pictures[size]) for size in ICO_SIZES]))
    (folder / "preflight.icns").write_bytes(
        icns([(kind, pictures[size]) for kind, size in ICNS_SIZES.items()])
    )


def render(renderer: QSvgRenderer, size: int) -> bytes:
    """The picture as PNG, `size` pixels wide and high."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, b"PNG").write(image):
        sys.exit("Qt cannot write PNG")
    return bytes(buffer.data().data())


def ico(pictures: list[tuple[int, bytes]]) -> bytes:
    """An icon file of Windows that holds PNG, which Vista and later read."""
    rows, bodies = b"", b""
    offset = 6 + 16 * len(pictures)
    for size, body in pictures:
        # A byte holds the edge; 256 is written as 0.
        rows += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(body), offset)
        bodies += body
        offset += len(body)
    return struct.pack("<HHH", 0, 1, len(pictures)) + rows + bodies


def icns(pictures: list[tuple[bytes, bytes]]) -> bytes:
    """An icon file of macOS: each picture behind its kind and length."""
    body = b"".join(kind + struct.pack(">I", 8 + len(picture)) + picture for kind, picture in pictures)
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QGuiApplication([])
    main(Path(sys.argv[1]), Path(sys.argv[2]))
