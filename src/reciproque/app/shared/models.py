"""The tamper-evident log, an append-only chain of records; and the jobs of the worker."""

from django.db import models

from reciproque.app.shared.vocabulary import Audience


class AuditHead(models.Model):
    """The last hash of the chain. One row; locking it puts writers in line."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_head_is_single")]


class AuditRecord(models.Model):
    """One change of state: who, when, what. Holds no answer and nothing about who answered.

    No foreign keys: a record must outlive what it speaks of. No name of a person either, only keys; ``actor_name``
    is for those who have none, such as the system.
    """

    sequence = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_key = models.CharField(max_length=12, blank=True)
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=300)
    relationship_key = models.CharField(max_length=12, blank=True, db_index=True)
    organisation_key = models.CharField(max_length=12, blank=True, db_index=True)
    audience = models.CharField(max_length=12, choices=Audience.choices)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["sequence"]


class WorkerBeat(models.Model):
    """A worker that is alive says so every few seconds. What a silent one held is free again."""

    holder = models.CharField(primary_key=True, max_length=24)
    beat_at = models.DateTimeField()


class ScheduledJob(models.Model):
    """One line per periodic job: when it is next due, and which worker runs it now."""

    name = models.CharField(primary_key=True, max_length=40)
    next_at = models.DateTimeField()
    holder = models.CharField(max_length=24, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=40, blank=True)
