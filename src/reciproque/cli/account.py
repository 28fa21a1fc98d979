"""``reciproque account``: what is left to whoever runs the server when nobody can do it from the pages."""

import argparse
import sys

from reciproque.app.directory import actions
from reciproque.app.directory.models import Account
from reciproque.app.shared.audit import SYSTEM
from reciproque.app.shared.errors import Refused

DOES = {
    "sessions": (actions.end_sessions, "Every open session of this account is closed."),
    "factor": (actions.reset_second_factor, "The second factor is taken away, and the sessions are closed."),
    "disable": (actions.disable_account, "This account is disabled and its sessions are closed."),
    "enable": (actions.enable_account, "This account can be used again."),
}  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    account = Account.objects.filter(email__iexact=arguments.email).first()
    if account is None:
        print("No account has this address.", file=sys.stderr)
        return 1
    action, said = DOES[arguments.what]
    try:
        action(by=SYSTEM, account=account)
    except Refused as refusal:
        print(refusal.message, file=sys.stderr)
        return 1
    print(said)
    return 0
