"""The time of day as the product sees it. The demonstration and the tests set it, to tell stories on their dates."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("told_time", default=None)


def now() -> datetime:
    return _told.get() or timezone.now()


def today() -> date:
    return timezone.localdate(now())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside the block it is that moment."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)
