"""A file as it arrives, cut into lines; no line that is not wanted stays in memory."""

from __future__ import annotations

from collections.abc import Iterator

LONGEST = 16_384
"""Bytes of a line, or of a property with its continuations. The rest of a longer one is dropped."""


class Lines:
    """Cuts chunks into lines. Holds at most the beginning of one line."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        pieces = (self._rest + chunk).split(b"\n")
        self._rest = pieces.pop()[:LONGEST]
        for piece in pieces:
            yield piece[:-1] if piece.endswith(b"\r") else piece

    def end(self) -> Iterator[bytes]:
        """The last line, when the file does not end with a line break."""
        rest, self._rest = self._rest, b""
        if rest:
            yield rest.removesuffix(b"\r")


def text(line: bytes) -> str:
    """UTF-8, else the usual Western encoding of old programs: a name is never lost for its accents."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")
