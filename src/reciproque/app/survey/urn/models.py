"""Tables of the ballot store. They live in their own database, made by hand in migration 0002 so that SQLite keeps no row order.

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
