"""Before the first account, and around any account: the one-time setup code, and addresses that count as verified."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings

from reciproque.app.directory.models import Account


def setup_file() -> Path:
    return Path(settings.SECRETS_DIR) / "setup.key"


def ensure_setup_code() -> str:
    """The one-time code that opens the first account, or "" when there is an account already.

    Kept in a file that only its owner reads; whoever can read it can read the database too. Called when the
    server starts, which prints the address of the page that asks for it.
    """
    if Account.objects.exists():
        return ""
    path = setup_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
    except FileExistsError:
        pass
    return path.read_text().strip()


def setup_is_open() -> bool:
    return setup_file().exists() and not Account.objects.exists()


def verify_address(account: Account) -> None:
    """Signing in needs a verified address. Ours is: the only way in is a code sent to it, or the host's terminal."""
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
