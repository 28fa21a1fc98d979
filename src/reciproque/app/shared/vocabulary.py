"""Sides, audiences and short public keys: the words that every capability shares."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class Side(models.TextChoices):
    CLIENT = "client", _("Client")
    SUPPLIER = "supplier", _("Supplier")


class Seat(models.TextChoices):
    """The side a member sits on; neutral is for a third party."""

    CLIENT = "client", _("Client")
    SUPPLIER = "supplier", _("Supplier")
    NEUTRAL = "neutral", _("Neutral third party")


class Audience(models.TextChoices):
    """Who may read a record. Chosen when it is written, shown on screen."""

    CLIENT = "client", _("Client only")
    SUPPLIER = "supplier", _("Supplier only")
    BOTH = "both", _("Both companies")
    FACILITATOR = "facilitator", _("Facilitator only")
    ORGANISATION = "organisation", _("One company only")


SIDES = (Side.CLIENT, Side.SUPPLIER)


def other_side(side: str) -> str:
    return Side.SUPPLIER if side == Side.CLIENT else Side.CLIENT


def new_key() -> str:
    """A short public name for an object in a URL: 12 characters, about 59 bits, no order, no look-alikes."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


class KeyField(models.CharField):
    """The public name of an object, made once."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.update(max_length=12, unique=True, editable=False, default=new_key)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
