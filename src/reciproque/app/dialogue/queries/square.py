"""The square code of an address, drawn here: nothing is asked of anybody else's server."""

from __future__ import annotations

from dataclasses import dataclass

QUIET = 4  # empty modules around, which readers need


@dataclass(frozen=True)
class Square:
    """`path` draws the dark modules on a grid of `size` by `size`."""

    size: int
    path: str


def square(address: str) -> Square:
    import qrcode  # type: ignore[import-untyped]

    code = qrcode.QRCode(border=QUIET)
    code.add_data(address)
    code.make()
    rows = code.get_matrix()
    dark = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, filled in enumerate(row) if filled]
    return Square(len(rows), "".join(dark))
