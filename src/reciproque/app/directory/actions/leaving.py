"""When somebody leaves: sessions ended, the account disabled, the person erased."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from reciproque.app.directory import erasure
from reciproque.app.directory.actions.members import ONE_PER_SIDE, revoke_member
from reciproque.app.directory.models import ERASED_DOMAIN, Account, KeyList, KeyPerson, Membership, Person
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor, record
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import Audience

Role = Membership.Role


@transaction.atomic
def end_sessions(*, by: Actor, account: Account) -> int:
    """Close every open session of an account. The person can sign in again. Returns how many were open."""
    ended = _end_sessions(account)
    _recorded(by, "account.sessions_ended", account)
    return ended


@transaction.atomic
def reset_second_factor(*, by: Actor, account: Account) -> None:
    """For somebody who lost it and was recognised in person: sessions end, and a powerful role adds a new one first."""
    _refuse_oneself(by, account)
    Authenticator.objects.filter(user=account).delete()
    _end_sessions(account)
    _recorded(by, "account.second_factor_reset", account)


@transaction.atomic
def disable_account(*, by: Actor, account: Account) -> None:
    """Nobody enters by this account any more, and its open sessions end. Roles and signatures stay."""
    account = Account.objects.select_for_update().get(pk=account.pk)
    _refuse_gap(by, account)
    account.is_active = False
    account.save(update_fields=["is_active"])
    _end_sessions(account)
    _recorded(by, "account.disabled", account)


@transaction.atomic
def enable_account(*, by: Actor, account: Account) -> None:
    account = Account.objects.select_for_update().get(pk=account.pk)
    if account.is_erased:
        raise Refused(_("This account is erased. Give this person a new one."))
    account.is_active = True
    account.save(update_fields=["is_active"])
    _recorded(by, "account.enabled", account)


@transaction.atomic
def erase(*, by: Actor, person: Person | None = None, account: Account | None = None) -> None:
    """Name and addresses go, everywhere; what was done stays, by somebody who can no longer be told.

    The person and the account are one when they are linked: erasing either erases both. For good.
    """
    person = person or (account.person if account else None)
    account = account or Account.objects.filter(person=person).first()
    if account is not None and not account.is_erased:
        _refuse_gap(by, account)
    erasure.forget(_gone(person, account))
    if account is not None:
        _erase_account(by, account)
    if person is not None:
        _erase_person(person)
    _recorded(by, "person.erased", person or account)


def _gone(person: Person | None, account: Account | None) -> erasure.Gone:
    company = (person or account).organisation  # type: ignore[union-attr]
    relationships: set[int] = set()
    if company is not None:
        relationships |= set(company.as_client.values_list("pk", flat=True))
        relationships |= set(company.as_supplier.values_list("pk", flat=True))
    if account is not None:
        relationships |= set(account.memberships.values_list("relationship_id", flat=True))
    rows = [row for row in (person, account) if row is not None and not row.is_erased]
    return erasure.Gone(
        person=person,
        account=account,
        names=frozenset(str(row) for row in rows),
        emails=frozenset(row.email.lower() for row in rows if row.email),
        organisation=company,
        relationships=frozenset(relationships),
    )


def _erase_account(by: Actor, account: Account) -> None:
    for membership in account.memberships.select_related("relationship", "account"):
        revoke_member(by=by, membership=membership)
    _end_sessions(account)
    Authenticator.objects.filter(user=account).delete()
    EmailAddress.objects.filter(user=account).delete()
    account.email, account.name, account.person = f"{account.key}{ERASED_DOMAIN}", "", None
    account.is_active = account.is_host_admin = False
    account.last_login = None
    account.set_unusable_password()
    account.save()


def _erase_person(person: Person) -> None:
    for listed in KeyPerson.objects.filter(person=person):
        KeyList.objects.filter(relationship=listed.relationship_id, side=listed.side).update(complete=False)
        listed.delete()
    person.posts.update(title="")
    person.posts.filter(ended_on=None, started_on__gt=clock.today()).update(ended_on=F("started_on"))
    person.posts.filter(ended_on=None).update(ended_on=clock.today())
    person.first_name = person.last_name = person.email = person.phone = ""
    person.folded_name = f"erased {person.key}"
    person.save()


def _end_sessions(account: Account) -> int:
    """Every session of the account: those that the sign-in library lists, and any other in the store."""
    UserSession.objects.filter(user=account).delete()
    mine = [row.pk for row in Session.objects.iterator() if row.get_decoded().get("_auth_user_id") == str(account.pk)]
    Session.objects.filter(pk__in=mine).delete()
    return len(mine)


def _refuse_gap(by: Actor, account: Account) -> None:
    """An account that others depend on stays until somebody else can do the same."""
    if settings.DEMO:
        raise Refused(_("Not in the demonstration: everybody enters by every chair."))
    _refuse_oneself(by, account)
    active = Account.objects.filter(is_active=True).exclude(pk=account.pk)
    if account.is_host_admin and not active.filter(is_host_admin=True).exists():
        raise Refused(_("Nobody else runs this installation. Give that right to another account first."))
    for seat in account.memberships.filter(role__in=list(Membership.POWERFUL)).select_related("relationship"):
        _refuse_empty_seat(seat)


def _refuse_oneself(by: Actor, account: Account) -> None:
    if by.account is not None and by.account.pk == account.pk:
        raise Refused(_("You cannot do this to your own account. Ask somebody else who may."))


def _refuse_empty_seat(seat: Membership) -> None:
    others = seat.relationship.memberships.exclude(pk=seat.pk).filter(account__is_active=True)
    if seat.role == Role.FACILITATOR:
        if not others.filter(role=Role.FACILITATOR).exists():
            raise Refused(
                _("Nobody else facilitates %(relationship)s. Name another facilitator first.")
                % {"relationship": seat.relationship}
            )
    elif not others.filter(role__in=ONE_PER_SIDE, side=seat.side).exists():
        raise Refused(
            _("Nobody else holds the key of this side on %(relationship)s. Name a sponsor or a deputy first.")
            % {"relationship": seat.relationship}
        )


def _recorded(by: Actor, action: str, whom: Account | Person | None) -> None:
    company = whom.organisation if whom else None
    record(
        by=by,
        action=action,
        about=whom.key if whom else "",
        audience=Audience.ORGANISATION,
        organisation_key=company.key if company else "",
    )
