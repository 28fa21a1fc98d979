"""The log notices whatever is done to it."""

import pytest
from django.db import transaction

from reciproque.app.shared import audit
from reciproque.app.shared.models import AuditHead, AuditRecord
from reciproque.app.shared.vocabulary import Audience


@pytest.fixture
def chain():
    with transaction.atomic():
        for number in range(5):
            audit.record(
                by=audit.SYSTEM,
                action="test.step",
                subject=f"step {number}",
                audience=Audience.BOTH,
                data={"é": number},
            )


def test_an_untouched_chain_holds(chain):
    assert audit.verify_chain() is None
    assert AuditRecord.objects.count() == 5


@pytest.mark.parametrize("field", ["subject", "action", "actor_name", "audience", "relationship_key"])
def test_an_altered_record_is_found(chain, field):
    AuditRecord.objects.filter(sequence=3).update(**{field: "x"})
    assert audit.verify_chain() == audit.Break(3, "altered")


def test_altered_data_is_found(chain):
    AuditRecord.objects.filter(sequence=2).update(data={"é": 9})
    assert audit.verify_chain() == audit.Break(2, "altered")


def test_a_deleted_record_is_found(chain):
    AuditRecord.objects.filter(sequence=3).delete()
    assert audit.verify_chain() == audit.Break(3, "missing")


def test_two_swapped_records_are_found(chain):
    AuditRecord.objects.filter(sequence=2).update(sequence=99)
    AuditRecord.objects.filter(sequence=3).update(sequence=2)
    AuditRecord.objects.filter(sequence=99).update(sequence=3)
    assert audit.verify_chain() == audit.Break(2, "reordered")


def test_a_cut_tail_is_found_against_the_head(chain):
    AuditRecord.objects.filter(sequence=5).delete()
    assert audit.verify_chain() == audit.Break(5, "cut")


def test_a_forged_head_does_not_hide_a_cut(chain):
    AuditRecord.objects.filter(sequence=5).delete()
    AuditHead.objects.update(hash=AuditRecord.objects.get(sequence=4).hash)
    mailed_head = "0" * 64
    assert audit.verify(AuditRecord.objects.order_by("sequence"), head_hash=mailed_head) == audit.Break(5, "cut")


@pytest.mark.django_db(databases=["default", "ballots"], transaction=True)
def test_a_record_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError):
        audit.record(by=audit.SYSTEM, action="a", subject="b", audience=Audience.BOTH)
