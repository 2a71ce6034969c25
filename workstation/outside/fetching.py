"""Fetches what a source has: in a thread of its own, for so long and so much, whatever the other end does."""

import asyncio
import threading
import zlib
from pathlib import Path

import aiohttp

from workstation import __version__
from workstation.model.text import printable
from workstation.outside.reading import BadSource
from workstation.outside.source import Source

TIMEOUT_S = 20.0
MOST_BYTES = 4 * 1024 * 1024
MOST_REDIRECTS = 5
_CHUNK = 64 * 1024


class Fetch:
    """One look at a source; `run` blocks and belongs into a thread, `cancel` ends it from another."""

    def __init__(
        self, source: Source, folder: Path, *, timeout_s: float = TIMEOUT_S, most_bytes: int = MOST_BYTES
    ) -> None:
        """Look at a source.

        Args:
            folder: where the paths of files begin.
            timeout_s: for all of it, from the first byte sent to the last received.
            most_bytes: of the content, packed or not.
        """
        self._source = source
        self._folder = folder
        self._timeout_s = timeout_s
        self._most = most_bytes
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[bytes] | None = None
        self._cancelled = False

    def run(self) -> bytes:
        """Return the content.

        Raises:
            BadSource: it cannot be had.
        """
        if self._source.file:
            return self._read_file()
        try:
            return asyncio.run(self._cancellable())
        except asyncio.CancelledError:
            raise BadSource("The look was ended") from None

    def cancel(self) -> None:
        """End the look at once; from any thread."""
        with self._lock:
            self._cancelled = True
            if self._loop is not None and self._task is not None:
                self._loop.call_soon_threadsafe(self._task.cancel)

    def _read_file(self) -> bytes:
        path = self._folder / Path(self._source.file).expanduser()
        try:
            if not path.is_file():
                raise BadSource(f"There is no file {path}")
            with path.open("rb") as file:
                content = file.read(self._most + 1)
        except OSError as error:
            raise BadSource(f"{path} cannot be read: {error.strerror}") from None
        if len(content) > self._most:
            raise BadSource(f"The file has more than {self._most >> 20} MB: keep the newest rows alone")
        return content

    async def _cancellable(self) -> bytes:
        with self._lock:
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.create_task(self._fetch())
            if self._cancelled:
                self._task.cancel()
        try:
            return await self._task
        finally:
            with self._lock:
                self._loop = None

    async def _fetch(self) -> bytes:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._get()
        except TimeoutError:
            raise BadSource(f"No whole answer within {self._timeout_s:g} s") from None
        except aiohttp.TooManyRedirects:
            raise BadSource(f"It sends from address to address, more than {MOST_REDIRECTS} times") from None
        except (aiohttp.ClientError, OSError, ValueError, zlib.error) as error:
            words = printable(str(error) or type(error).__name__)[:160]
            raise BadSource(f"It cannot be reached: {words}") from None

    async def _get(self) -> bytes:
        headers = {"User-Agent": f"Preflight/{__version__}", "Accept-Encoding": "identity"}
        async with (
            # Unpacked by us, as far as is wanted: a small answer may hold gigabytes.
            aiohttp.ClientSession(
                auto_decompress=False, headers=headers, cookie_jar=aiohttp.DummyCookieJar()
            ) as session,
            session.get(self._source.url, max_redirects=MOST_REDIRECTS) as answer,
        ):
            if answer.status != 200:
                raise BadSource(f"It answers {answer.status} {printable(answer.reason or '')}".strip())
            packing = answer.headers.get("Content-Encoding", "identity").strip().lower()
            if packing not in ("identity", "gzip", "deflate", ""):
                raise BadSource(f"It is packed in a way that is not known: {printable(packing)[:40]}")
            unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if packing in ("gzip", "deflate") else None
            content = bytearray()
            async for chunk in answer.content.iter_chunked(_CHUNK):
                room = self._most + 1 - len(content)
                content += chunk if unpack is None else unpack.decompress(chunk, room)
                if len(content) > self._most:
                    raise BadSource(f"It sends more than {self._most >> 20} MB: ask it for less")
            return bytes(content)
