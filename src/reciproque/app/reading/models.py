"""The publication table. Pages, exports, PDF, mails and commands read these rows and nothing else."""

from django.db import models

from reciproque.app.shared.vocabulary import KeyField, Side
from reciproque.app.survey.models import Wave


class Publication(models.Model):
    """All that may ever be said of one wave, computed once, for both sides together."""

    key = KeyField()
    wave = models.OneToOneField(Wave, on_delete=models.PROTECT, related_name="publication")
    opened_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    level = models.CharField(max_length=12)  # none, trend, dimensions, items
    dropped = models.JSONField(default=list)  # kinds of figures that the auditor left out
    answered = models.JSONField(default=dict)  # answers given per side and item: for later audits, shown to nobody
    people_client = models.PositiveIntegerField(null=True)  # key people, when known
    people_supplier = models.PositiveIntegerField(null=True)


class PublishedFigure(models.Model):
    """One figure. See reciproque.science.publication for the meaning of each kind."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="figures")
    side = models.CharField(max_length=8, choices=Side.choices)
    kind = models.CharField(max_length=10)
    code = models.CharField(max_length=20)
    questions = models.JSONField(default=list)
    group = models.CharField(max_length=400, blank=True)  # merged functions are joined with "+"
    values = models.JSONField(default=list)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    decimals = models.PositiveSmallIntegerField(default=1)
    n = models.PositiveIntegerField(null=True)
    word = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["id"]


class PublishedText(models.Model):
    """A free text, shuffled, without function or date, with the destiny its author chose."""

    class Destiny(models.TextChoices):
        PUBLISH = "publish"
        REWORD = "reword"
        FACILITATOR = "facilitator"

    key = KeyField()
    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="texts")
    side = models.CharField(max_length=8, choices=Side.choices)
    prompt = models.CharField(max_length=8)
    position = models.PositiveSmallIntegerField()
    destiny = models.CharField(max_length=12, choices=Destiny.choices)
    text = models.TextField()
    reworded = models.TextField(blank=True)
    withheld = models.BooleanField(default=False)

    class Meta:
        ordering = ["publication", "prompt", "side", "position"]
