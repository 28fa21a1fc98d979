"""``reciproque audit verify``: walk the log and say whether anything was changed, removed or put in another order."""

import argparse
import sys

from reciproque.app.shared.audit import Break, verify, verify_chain
from reciproque.app.shared.models import AuditRecord

SAYS = {
    "missing": "a record is missing",
    "reordered": "the record does not follow from the one before",
    "altered": "the record was changed after it was written",
    "cut": "the log was cut short, or the head is not the last record's",
}


def run(arguments: argparse.Namespace) -> int:
    broken = verify_chain() or (_against(arguments.head) if arguments.head else None)
    if broken:
        print(f"The log does not hold at record {broken.sequence}: {SAYS[broken.reason]}.", file=sys.stderr)
        return 1
    print(f"The log holds: {AuditRecord.objects.count()} records, each following from the one before.")
    return 0


def _against(head: str) -> Break | None:
    """A head received by mail must still be the hash of a record: later records may follow it."""
    if AuditRecord.objects.filter(hash=head).exists():
        return None
    return verify(AuditRecord.objects.order_by("sequence"), head_hash=head)
