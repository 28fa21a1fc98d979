"""Tables of the ballot store, in a database of their own. Migration 0002 makes them by hand: no row order on SQLite.

No date, no counter, no address, no name: a row says which wave, which side, and carries sealed bytes.
"""

from django.db import models


class Ballot(models.Model):
    """A sealed ballot during collection, in the slot that only the holder of the link can name."""

    slot = models.CharField(max_length=64, primary_key=True)
    wave_id = models.BigIntegerField()
    side = models.CharField(max_length=8)
    box_client = models.BinaryField()
    box_supplier = models.BinaryField()
    body = models.BinaryField()

    ballot_store = True

    class Meta:
        managed = False
        db_table = "ballot"


class SealedBallot(models.Model):
    """A sealed ballot after closing: no slot, an identity drawn at random, written in random order."""

    draw = models.CharField(max_length=32, primary_key=True)
    wave_id = models.BigIntegerField()
    side = models.CharField(max_length=8)
    box_client = models.BinaryField()
    box_supplier = models.BinaryField()
    body = models.BinaryField()

    ballot_store = True

    class Meta:
        managed = False
        db_table = "sealed_ballot"


class ShutUrn(models.Model):
    """An urn that takes no ballot any more. Beside the ballots, so that one transaction sees both."""

    class Stage(models.TextChoices):
        SHUT = "shut"  # ballots still lie in their slots
        MIXED = "mixed"  # slots and order are gone from the tables
        DESTROYED = "destroyed"

    wave_id = models.BigIntegerField(primary_key=True)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.SHUT)

    ballot_store = True

    class Meta:
        managed = False
        db_table = "shut_urn"
