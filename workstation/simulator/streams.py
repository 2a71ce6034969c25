"""Who follows which stream: serialised and framed once per event, written once per client and flush."""

import asyncio
import logging
from collections.abc import Iterable

from workstation.simulator.faults_active import ActiveFaults, Tampered
from workstation.simulator.wire_frames import combined, text_frame

log = logging.getLogger(__name__)

MAX_UNSENT_BYTES = 16 * 1024 * 1024
"""A client that leaves more than this unread is cut off, as venues do: it cannot fill our memory."""


class Client:
    """One websocket: what it follows, and the frames that wait for the next flush."""

    def __init__(self, transport: asyncio.Transport, *, combined: bool) -> None:
        """Serve the socket of `transport`; `combined` wraps messages with the name of their stream."""
        self.transport = transport
        self.combined = combined
        self.streams: dict[str, None] = {}  # in the order subscribed
        self._pending: list[bytes] = []
        self.number = 0  # in the order connected
        self.frames_sent = 0
        self.ponged = 0.0  # monotonic seconds

    def queue(self, frame: bytes) -> None:
        """Keep a frame until the next flush; the order of frames is the order of calls."""
        self._pending.append(frame)

    def flush(self) -> None:
        """Write what waits in one system call."""
        if self._pending:
            pending, self._pending = self._pending, []
            self.frames_sent += len(pending)
            self.transport.write(b"".join(pending))

    def abort(self) -> None:
        """End the connection without a farewell; what waits is lost."""
        self._pending.clear()
        self.transport.abort()


class _Topic:
    __slots__ = ("clients", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.clients: list[Client] = []


class Hub:
    """All clients and the streams they follow."""

    def __init__(self, faults: ActiveFaults) -> None:
        """Send through these faults."""
        self._faults = faults
        self._topics: dict[str, _Topic] = {}
        self.clients: set[Client] = set()
        self._waiting: set[Client] = set()
        self.version = 0  # grows when somebody follows a stream or no longer does
        self.published = 0  # events of streams that somebody followed
        self.clients_seen = 0
        self.clients_too_slow = 0

    def add(self, client: Client) -> None:
        """Begin to serve a client; it follows nothing yet."""
        self.clients.add(client)
        self.clients_seen += 1
        client.number = self.clients_seen

    def remove(self, client: Client) -> None:
        """Forget a client whose connection has ended."""
        self.unsubscribe(client, list(client.streams))
        self.clients.discard(client)
        self._waiting.discard(client)

    def subscribe(self, client: Client, streams: list[str]) -> None:
        """Let a client follow streams; one that it follows already is not sent twice."""
        for stream in streams:
            if stream not in client.streams:
                self.version += 1
                client.streams[stream] = None
                self._topics.setdefault(stream, _Topic(stream)).clients.append(client)

    def unsubscribe(self, client: Client, streams: list[str]) -> None:
        """Let a client no longer follow streams; one that it does not follow is no error."""
        for stream in streams:
            if stream in client.streams:
                self.version += 1
                del client.streams[stream]
                topic = self._topics[stream]
                topic.clients.remove(client)
                if not topic.clients:
                    del self._topics[stream]

    @property
    def followed(self) -> set[str]:
        """Names of the streams that somebody follows."""
        return set(self._topics)

    def follows(self, stream: str) -> bool:
        """Whether somebody follows a stream: what nobody follows need not be serialised."""
        return stream in self._topics

    def publish(self, stream: str, payload: bytes) -> None:
        """Send one event of a stream to all who follow it.

        Args:
            stream: its name as subscribed, "btcusdt@trade".
            payload: the event as JSON, without the wrapping of combined streams.
        """
        topic = self._topics.get(stream)
        if topic is None:
            return
        self.published += 1
        if self._faults.touches_streams:
            self._publish_tampered(topic, self._faults.tamper(stream, payload))
        else:
            self._send(topic, payload)

    def _send(self, topic: _Topic, payload: bytes) -> None:
        raw = wrapped = b""
        for client in topic.clients:
            if client.combined:
                wrapped = wrapped or text_frame(combined(topic.name, payload))
                client.queue(wrapped)
            else:
                raw = raw or text_frame(payload)
                client.queue(raw)
            self._waiting.add(client)

    def _publish_tampered(self, topic: _Topic, tampered: Tampered) -> None:
        if not tampered.cut_last:
            for payload in tampered.payloads:
                self._send(topic, payload)
            return
        for client in list(topic.clients):
            (payload,) = tampered.payloads
            frame = text_frame(combined(topic.name, payload) if client.combined else payload)
            client.queue(frame[: len(frame) // 2])
            client.flush()
            # `close` still sends what is in the socket's buffer, which `abort` would not.
            client.transport.close()
            self.remove(client)

    def flush(self) -> None:
        """Write what was published since the last flush, and cut off clients that do not read."""
        waiting, self._waiting = self._waiting, set()
        for client in waiting:
            client.flush()
            if client.transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
                self.clients_too_slow += 1
                log.info("cut off a client that left %d bytes unread", MAX_UNSENT_BYTES)
                client.abort()
                self.remove(client)

    def drop(self, clients: Iterable[Client]) -> None:
        """Cut these connections without a farewell."""
        for client in list(clients):
            client.abort()
            self.remove(client)
