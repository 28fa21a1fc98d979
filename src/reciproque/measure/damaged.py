"""Libraries that read files give up in many ways when a file is damaged; here it becomes one sentence."""

from __future__ import annotations

import os
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError

import polars as pl

from reciproque.measure.errors import Refused

Errors = tuple[type[BaseException], ...]
GIVING_UP: Errors = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


@contextmanager
def refusing(sentence: Callable[[BaseException], str], errors: Errors = GIVING_UP) -> Iterator[None]:
    """Whatever stops a library becomes Refused, and what it wrote on the error output is not shown."""
    try:
        with _nothing_said():
            yield
    except errors as error:
        raise Refused(sentence(error)) from error


@contextmanager
def _nothing_said() -> Iterator[None]:
    """Compiled libraries write their last words straight to the error output; shown only when all goes well."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as words:
        os.dup2(words.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        words.seek(0)
        os.write(2, words.read())
