"""Accounts: the first one of an installation, and what people change about their own."""

from __future__ import annotations

import hmac

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.directory.models import Account, Organisation
from reciproque.app.directory.setup import setup_file, setup_is_open, verify_address
from reciproque.app.shared.audit import Actor, actor, record
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import Audience


@transaction.atomic
def set_up(*, by: Actor, code: str, email: str, name: str, password: str, language: str) -> Account:
    """The first account, which runs the installation. The code is destroyed: it opens nothing twice."""
    if not setup_is_open() or not hmac.compare_digest(setup_file().read_text().strip().encode(), code.strip().encode()):
        raise Refused(
            _("This code does not open anything. Copy it again from the terminal where the server was started.")
        )
    account = Account.objects.create_user(email, password, name=name, language=language, is_host_admin=True)
    verify_address(account)
    record(by=actor(account), action="installation.set_up", about=account.key, audience=Audience.ORGANISATION)
    try:
        setup_file().unlink()
    except FileNotFoundError as error:
        raise Refused(_("Somebody has just used this code. Sign in instead.")) from error
    return account


@transaction.atomic
def add_account(*, by: Actor, organisation: Organisation, email: str, name: str, language: str = "fr") -> Account:
    """A login for somebody of a company, before any relationship. The way in is a code sent by e-mail."""
    if Account.objects.filter(email__iexact=email).exists():
        raise Refused(_("This address already has an account."))
    account = Account.objects.create_user(email, None, name=name, organisation=organisation, language=language)
    verify_address(account)
    record(
        by=by,
        action="account.added",
        about=account.key,
        audience=Audience.ORGANISATION,
        organisation_key=organisation.key,
    )
    return account


@transaction.atomic
def update_profile(*, by: Actor, account: Account, name: str, language: str) -> Account:
    account.name, account.language = name, language
    account.save(update_fields=["name", "language"])
    company = account.organisation
    record(
        by=by,
        action="account.changed",
        about=account.key,
        audience=Audience.ORGANISATION,
        organisation_key=company.key if company else "",
    )
    return account
