"""The log in words: one sentence per kind of action. An action without a sentence fails a test.

``{who}`` did it, ``{what}`` is the record's subject; other names come from the record's data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reciproque.app.directory.models import Membership
from reciproque.app.shared.models import AuditRecord
from reciproque.app.shared.vocabulary import Seat

SENTENCES = {
    "installation.set_up": gettext_noop("{who} installed Réciproque and opened the first account."),
    "organisation.created": gettext_noop("{who} added the company {what}."),
    "organisation.changed": gettext_noop("{who} corrected the company {what}."),
    "function.added": gettext_noop("{who} added the function {what}."),
    "person.added": gettext_noop("{who} added {what} to the list of people."),
    "person.changed": gettext_noop("{who} corrected the details of {what}."),
    "post.started": gettext_noop("{who} recorded a new post for {what}."),
    "post.ended": gettext_noop("{who} recorded the end of the post of {what}."),
    "people.imported": gettext_noop(
        "{who} imported a list of people ({what}): {added} added, {changed} changed, {unchanged} unchanged."
    ),
    "relationship.created": gettext_noop("{who} created the relationship {what}."),
    "member.added": gettext_noop("{who} gave {what} a role: {role}, {side}."),
    "member.revoked": gettext_noop("{who} took away the role of {what}: {role}, {side}."),
    "key_people.listed": gettext_noop("{who} listed the key people on this side: {what}."),
    "key_people.declared": gettext_noop("{who} said whether the list of key people is complete ({side}): {what}."),
    "web.declared": gettext_noop("{who} declared ties for this side: {what}."),
    "web.tie_changed": gettext_noop("{who} changed a tie that this side declares: {what}."),
    "web.tie_withdrawn": gettext_noop("{who} took back a tie that this side declared: {what}."),
    "web.trace_consent": gettext_noop(
        "{who} read somebody’s calendar or mail headers, with that person’s consent: {what}."
    ),
    "web.trace_kept": gettext_noop("{who} kept ties that somebody’s calendar or mail headers showed: {what}."),
    "web.link_made": gettext_noop("{who} made a short link for a key person of this side: {what}."),
    "web.link_mailed": gettext_noop("{who} had a short link sent to a key person of this side: {what}."),
    "web.link_shown": gettext_noop("{who} looked at the short link of a key person of this side: {what}."),
    "web.link_revoked": gettext_noop("{who} closed the short link of a key person of this side: {what}."),
    "web.link_answered": gettext_noop("{who} answered by short link for this side: {what}."),
    "web.waiting_accepted": gettext_noop("{who} accepted a name that a key person of this side gave: {what}."),
    "web.waiting_refused": gettext_noop("{who} set aside a name that a key person of this side gave: {what}."),
    "web.compared": gettext_noop("Both halves of the web are ready and lie side by side: {what}."),
    "web.pair_set": gettext_noop("{who} said which functions should meet: {what}."),
    "web.recognised": gettext_noop("{who} said who is meant by a name in the web: {what}."),
    "account.added": gettext_noop("{who} gave {what} an account."),
    "account.sessions_ended": gettext_noop("{who} closed every open session of {what}."),
    "account.second_factor_reset": gettext_noop("{who} took away the second factor of {what}, who lost it."),
    "account.disabled": gettext_noop("{who} disabled the account of {what}."),
    "account.enabled": gettext_noop("{who} enabled the account of {what} again."),
    "person.erased": gettext_noop("{who} erased the name and the addresses of a person who was listed here."),
    "account.changed": gettext_noop("{who} changed the details of the account {what}."),
    "wave.created": gettext_noop("{who} prepared a new wave: {what}."),
    "wave.changed": gettext_noop("{who} changed the settings of the wave {what}."),
    "wave.people": gettext_noop("{who} chose the people asked on this side: {what}."),
    "wave.late_people": gettext_noop("{who} added people on this side during the collection: {what}."),
    "wave.list_declared": gettext_noop("{who} said whether the list of key people is complete ({side}): {what}."),
    "wave.sealing_started": gettext_noop("{who} asked both sponsors for their keys: {what}."),
    "wave.back_to_draft": gettext_noop("{who} took the wave back to preparation; the phrases given are void: {what}."),
    "wave.key_sealed": gettext_noop("{who} sealed a key ({side}): {what}."),
    "wave.deputy_phrase": gettext_noop("{who} took a deputy’s phrase: {what}."),
    "wave.phrase_confirmed": gettext_noop("{who} typed the phrase back to confirm it: {what}."),
    "wave.collection_opened": gettext_noop("Both keys are in place and the collection is open: {what}."),
    "wave.invitations_queued": gettext_noop("{who} sent the invitations: {what}."),
    "wave.reminder_queued": gettext_noop("Reminders left by themselves: {what}."),
    "wave.link_revealed": gettext_noop("{who} displayed somebody’s link to hand it over ({side}): {what}."),
    "wave.invitation_retried": gettext_noop("{who} sent a refused invitation again: {what}."),
    "wave.links_by_hand": gettext_noop("{who} chose to hand the links over in person: {what}."),
    "wave.links_by_mail": gettext_noop("{who} chose to send the links by e-mail: {what}."),
    "wave.mail_checked": gettext_noop("{who} checked that e-mails leave: {what}."),
    "wave.extended": gettext_noop("{who} extended the collection: {what}."),
    "wave.closing": gettext_noop("{who} began to close the wave {what}."),
    "wave.closed": gettext_noop("The wave is closed; order and links are destroyed: {what}."),
    "wave.key_turned": gettext_noop("{who} turned a key ({side}): {what}."),
    "wave.opened": gettext_noop("Both keys were turned and the results are open for both companies: {what}."),
    "wave.recounted": gettext_noop("The ballots were counted again with both keys: {what}."),
    "wave.purged": gettext_noop("The ballots, the keys and the texts that were not published are destroyed: {what}."),
    "wave.cancelled": gettext_noop("{who} cancelled the wave {what}; keys and ballots are destroyed."),
    "portfolio.created": gettext_noop("{who} started the portfolio {what}."),
    "portfolio.changed": gettext_noop("{who} changed the settings of the portfolio {what}: capacity {capacity}."),
    "portfolio.order_stated": gettext_noop("{who} stated an order of the criteria: {what}."),
    "portfolio.ranked": gettext_noop("{who} computed the ranks of {count} partners: {what}."),
    "partner.added": gettext_noop("{who} added the partner {what}."),
    "partner.changed": gettext_noop("{who} corrected the details of the partner {what}."),
    "partner.archived": gettext_noop("{who} put away the partner {what}."),
    "partner.restored": gettext_noop("{who} took back the partner {what}."),
    "partner.scored": gettext_noop("{who} scored the partner {what} ({count})."),
    "partners.scored": gettext_noop("{who} gave {count} levels from a list: {what}."),
    "partner.engaged": gettext_noop("{who} decided to engage {what} and kept the reasons."),
    "partners.merged": gettext_noop("{who} merged duplicates into {what} ({count})."),
    "partners.merge_undone": gettext_noop("{who} undid a merge: {what}."),
    "partners.kept_apart": gettext_noop("{who} said that look-alikes are different companies: {what}."),
    "amounts.imported": gettext_noop(
        "{who} imported amounts ({what}): {partners} new partners; {added} amounts added, {changed} replaced, "
        "{unchanged} unchanged."
    ),
    "commitment.proposed": gettext_noop("{who} offered a promise: {what}."),
    "commitment.put_otherwise": gettext_noop("{who} put an offered promise otherwise: {what}."),
    "commitment.owner_named": gettext_noop("{who} named the owner of a promise ({side}): {what}."),
    "commitment.accepted": gettext_noop("{who} accepted a promise ({side}): {what}."),
    "commitment.declined": gettext_noop("{who} declined a promise: {what}."),
    "commitment.withdrawn": gettext_noop("{who} took back an offered promise: {what}."),
    "commitment.terms_asked": gettext_noop("{who} asked for other terms of a promise: {what}."),
    "commitment.release_asked": gettext_noop("{who} asked to let a promise go: {what}."),
    "commitment.change_accepted": gettext_noop("{who} accepted a change of a promise: {what}."),
    "commitment.change_refused": gettext_noop("{who} refused a change of a promise: {what}."),
    "commitment.change_taken_back": gettext_noop("{who} took back a change asked for a promise: {what}."),
    "commitment.first_step_taken": gettext_noop("{who} said that the first step of a promise is taken: {what}."),
    "commitment.word_given": gettext_noop("{who} said what became of a promise ({side}): {what}."),
    "commitments.imported": gettext_noop("{who} imported a list of promises ({what}): {count} offered."),
    "exposed_sponsor.named": gettext_noop("{who} named somebody exposed by a broken promise: {what}."),
    "exposed_sponsor.forgotten": gettext_noop("{who} took somebody off the list of exposed sponsors: {what}."),
    "calendar.address_made": gettext_noop("{who} made a secret calendar address."),
    "calendar.address_revoked": gettext_noop("{who} revoked a secret calendar address."),
    "text.reworded": gettext_noop("{who} reworded a text, as its author asked: {what}."),
    "text.withheld": gettext_noop("{who} withheld a text: {what}."),
    # the workshop, before and after the room
    "workshop.amendment_answered": gettext_noop("{who} answered a remark on the minutes: {what}."),
    "workshop.began": gettext_noop("{who} opened the room: {what}."),
    "workshop.cancelled": gettext_noop("{who} cancelled the workshop: {what}."),
    "workshop.created": gettext_noop("{who} prepared a workshop: {what}."),
    "workshop.deck_opened": gettext_noop("{who} opened the gathering of sentences: {what}."),
    "workshop.deposits_closed": gettext_noop("{who} closed the gathering of sentences: {what}."),
    "workshop.ended": gettext_noop("{who} closed the room: {what}."),
    "workshop.equity_said": gettext_noop("{who} said how evenly both companies take part: {what}."),
    "workshop.forecasts_chosen": gettext_noop(
        "{who} chose the sentences on which each side forecasts the other: {what}."
    ),
    "workshop.link_shown": gettext_noop("{who} looked at a participant’s link: {what}."),
    "workshop.links_queued": gettext_noop("{who} had the links of the workshop sent: {what}."),
    "workshop.mandate_changed": gettext_noop("{who} changed the mandate: {what}."),
    "workshop.mandate_signed": gettext_noop("{who} signed the mandate: {what}."),
    "workshop.minutes_amended": gettext_noop("{who} made a remark on the minutes: {what}."),
    "workshop.minutes_drafted": gettext_noop("The minutes were drawn up: {what}."),
    "workshop.minutes_frozen": gettext_noop("The minutes were frozen: {what}."),
    "workshop.minutes_sent": gettext_noop("The minutes left for both sponsors at the same minute: {what}."),
    "workshop.objected": gettext_noop("{who} objected to a proposal: {what}."),
    "workshop.objection_withdrawn": gettext_noop("{who} withdrew an objection: {what}."),
    "workshop.owner_accepted": gettext_noop("{who} accepted to carry a promise: {what}."),
    "workshop.people": gettext_noop("{who} chose who takes part: {what}."),
    "workshop.people_joined": gettext_noop("{who} added participants: {what}."),
    "workshop.person_left": gettext_noop("{who} took a participant off the list: {what}."),
    "workshop.priorities_chosen": gettext_noop("{who} had the joint priorities chosen: {what}."),
    "workshop.programme_set": gettext_noop("{who} chose what the room will debate: {what}."),
    "workshop.promised": gettext_noop("The proposals chosen became promises: {what}."),
    "workshop.proposals_merged": gettext_noop("{who} put proposals together: {what}."),
    "workshop.proposed": gettext_noop("{who} made a proposal: {what}."),
    "workshop.raised_noted": gettext_noop("{who} noted how many people had raised a subject: {what}."),
    "workshop.removal_answered": gettext_noop("{who} answered a request to take a sentence out: {what}."),
    "workshop.removal_asked": gettext_noop("{who} asked to take a sentence out: {what}."),
    "workshop.statement_drawn_up": gettext_noop("{who} drew up a sentence: {what}."),
    "workshop.statement_kept": gettext_noop("{who} kept a sentence: {what}."),
    "workshop.statement_merged": gettext_noop("{who} put sentences together: {what}."),
    "workshop.statement_shown": gettext_noop("{who} showed the result of a sentence: {what}."),
    "workshop.statement_withheld": gettext_noop("{who} set a sentence aside, with a reason: {what}."),
    "workshop.terms_set": gettext_noop("{who} set the dates and the owners of a proposal: {what}."),
    "workshop.vote_counted": gettext_noop("{who} had a vote counted: {what}."),
    "workshop.vote_on_paper": gettext_noop("{who} entered a vote taken on paper: {what}."),
    "workshop.vote_opened": gettext_noop("{who} opened a vote: {what}."),
    "workshop.vote_sealed": gettext_noop("{who} sealed a vote: {what}."),
    "workshop.votes_destroyed": gettext_noop("The votes were destroyed: {what}."),
    "workshop.votes_revealed": gettext_noop("{who} had the votes of the deck revealed: {what}."),
    "workshop.votes_sealed": gettext_noop("The private vote was sealed: {what}."),
    "workshop.voting_opened": gettext_noop("{who} opened the private vote: {what}."),
    "workshop.room": gettext_noop("{who} moved the room on: {what}."),
    "workshop.seat_asked": gettext_noop("{who} asked to lead the room in place of the facilitator: {what}."),
    "workshop.seat_taken": gettext_noop("{who} changed who leads the room: {what}."),
    "workshop.rehearsal_started": gettext_noop("{who} rehearsed the workshop with simulated phones: {what}."),
    "workshop.rehearsal_robots": gettext_noop("{who} let the simulated phones of a rehearsal act: {what}."),
    "workshop.rehearsal_erased": gettext_noop("{who} erased the rehearsals of the workshop: {what}."),
}


def sentence(row: AuditRecord, names: Mapping[str, str]) -> str:
    """What happened, in the reader's language. ``names``: of the people whom the record knows by key."""
    known = SENTENCES.get(row.action)
    words = _words(row, names)
    if known is None:
        return _("{who}: {action} ({what}).").format(action=row.action, **words)
    return _(known).format_map(defaultdict(str, words))


def people_in(rows: Iterable[AuditRecord]) -> set[str]:
    """The keys of the people of whom the records speak."""
    return {key for row in rows for key in (row.actor_key, row.data.get("about", "")) if key}


def _words(row: AuditRecord, names: Mapping[str, str]) -> dict[str, Any]:
    words: dict[str, Any] = {name: value for name, value in row.data.items() if isinstance(value, (str, int))}
    if words.get("role") in Membership.Role.values:
        words["role"] = Membership.Role(words["role"]).label
    if words.get("side") in Seat.values:
        words["side"] = Seat(words["side"]).label
    words.pop("action", None)
    about = words.pop("about", "")
    what = names.get(about) or _("somebody") if about else _subject(row.subject)
    return {**words, "who": names.get(row.actor_key) or row.actor_name or _("Somebody"), "what": what}


def _subject(written: str) -> str:
    """A wave is recorded as its relationship and its number: say so in words."""
    relationship, _dot, number = written.rpartition(" · ")
    if not (relationship and number.isdecimal()):
        return written
    return _("%(relationship)s, wave %(number)s") % {"relationship": relationship, "number": number}
