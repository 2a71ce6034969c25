"""Websocket frames as bytes: built once per stream and event, then shared by every client that follows it.

A server's frames carry no mask (RFC 6455, section 5.1), so the same bytes serve all clients.
"""

_TEXT = 0x81  # the last and only fragment of a text message
_PING = 0x89
_PONG = 0x8A
_SHORT, _MEDIUM = 126, 65_536


def text_frame(payload: bytes) -> bytes:
    """Return one whole unmasked text frame around UTF-8 text."""
    size = len(payload)
    if size < _SHORT:
        return bytes((_TEXT, size)) + payload
    if size < _MEDIUM:
        return bytes((_TEXT, 126, size >> 8, size & 0xFF)) + payload
    return bytes((_TEXT, 127)) + size.to_bytes(8, "big") + payload


def combined(stream: str, payload: bytes) -> bytes:
    """Return the message of a combined stream: which stream, and its data."""
    return b'{"stream":"%b","data":%b}' % (stream.encode(), payload)


def ping_frame(payload: bytes) -> bytes:
    """Return a ping that the client must answer with the same payload (at most 125 bytes)."""
    return bytes((_PING, len(payload))) + payload


def pong_frame(payload: bytes) -> bytes:
    """Return the answer to a client's ping."""
    return bytes((_PONG, len(payload))) + payload
