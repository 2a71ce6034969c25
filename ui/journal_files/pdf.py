"""Prints a report to PDF, with the desk's own typeface, on a screen or without one."""

import os
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QByteArray, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
)
from PySide6.QtSvg import QSvgRenderer

from ui.theme import load_fonts, ui_font
from workstation import __version__
from workstation.errors import DataDirectoryError
from workstation.journal.report.curves import PALE
from workstation.journal.report.page import Picture, Report

DPI = 96
"""CSS pixels: what pictures and columns of a report are laid out in."""
_DOTS = 3
"""Of a picture, for each CSS pixel: sharp at 288 dots an inch."""
_kept: list[QGuiApplication] = []  # one made here lives as long as the process
_MARGINS_MM = QMarginsF(14, 14, 14, 16)


def write_pdf(report: Report, path: Path) -> None:
    """Write a report as PDF, A4; the file is there whole or not at all.

    Raises:
        DataDirectoryError: it cannot be written.
    """
    if QGuiApplication.instance() is None:
        # Nothing is shown, so no screen is needed.
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _kept.append(QGuiApplication(["preflight"]))
        load_fonts()
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if not path.absolute().parent.is_dir():
            raise DataDirectoryError(f"{path} cannot be written: there is no such folder.")
        document = document_of(report)
        writer = QPdfWriter(str(draft))
        writer.setTitle(report.title)
        writer.setCreator(f"Preflight {__version__}")
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setResolution(1_200)
        if not writer.setPageMargins(_MARGINS_MM, QPageLayout.Unit.Millimeter):
            raise DataDirectoryError(f"{path} cannot be laid out on A4.")
        _print(document, writer)
        del writer
        if not draft.exists() or not draft.stat().st_size:
            raise DataDirectoryError(f"{path} cannot be written.")
        os.replace(draft, path)
    except OSError as error:
        raise DataDirectoryError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            draft.unlink()


def document_of(report: Report) -> QTextDocument:
    """Return a report as a text document, with its pictures within."""
    html, pictures = report.rich()
    document = QTextDocument()
    font = ui_font(13)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    document.setDefaultFont(font)
    document.setDocumentMargin(0)
    for name, picture in pictures.items():
        document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), _image(picture))
    document.setHtml(html)
    return document


def _image(picture: Picture) -> QImage:
    if isinstance(picture.data, bytes):
        image = QImage.fromData(QByteArray(picture.data))
        return image if not image.isNull() else QImage(1, 1, QImage.Format.Format_ARGB32)
    image = QImage(picture.width * _DOTS, picture.height * _DOTS, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(picture.data.encode())).render(painter)
    painter.end()
    return image


def _print(document: QTextDocument, writer: QPdfWriter) -> None:
    """Lay the document out for the page, and draw page by page with its number at the foot."""
    scale = writer.resolution() / DPI
    area = writer.pageLayout().paintRectPixels(writer.resolution())
    width, height = area.width() / scale, area.height() / scale
    foot = 26.0
    document.setPageSize(QSizeF(width, height - foot))
    pages = document.pageCount()
    painter = QPainter(writer)
    try:
        painter.scale(scale, scale)
        for page in range(pages):
            if page:
                writer.newPage()
            painter.save()
            painter.translate(0, -page * (height - foot))
            document.drawContents(painter, QRectF(0, page * (height - foot), width, height - foot))
            painter.restore()
            painter.setFont(ui_font(11))
            painter.setPen(QColor(PALE))
            text = f"{page + 1} of {pages}"
            painter.drawText(QRectF(width - 160, height - 18, 160, 16), Qt.AlignmentFlag.AlignRight, text)
    finally:
        painter.end()
