"""What an import would do: each line of a file set against the people already listed. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reciproque.app.directory.models import Function, Organisation, Person, Post
from reciproque.app.directory.names import fold, folded_person
from reciproque.app.directory.spreadsheet import Line, Problem

NEW = "new"
MOST_NEW_FUNCTIONS = 60
WORDS = {
    "general-management": "direction|dg|directeur general|directrice generale|ceo|president|comex|management",
    "strategy": "strategie|developpement strategique",
    "purchasing": "achat|achats|acheteur|acheteuse|direction des achats|service achats|procurement|sourcing|buyer",
    "sales": (
        "vente|ventes|commercial|commerciale|commerce|direction commerciale|service commercial|"
        "key account|grands comptes"
    ),
    "rd": "r d|r&d|rd|recherche|developpement|bureau d etudes|etudes|ingenierie|engineering|innovation",
    "production": "fabrication|atelier|usine|manufacturing|operations|exploitation",
    "quality": "qualite|qse|qhse|hse|assurance qualite",
    "logistics": "logistique|supply chain|approvisionnement|approvisionnements|appro|transport",
    "users": "utilisateur|utilisateurs|utilisatrice|user|usager|site|sites",
    "finance": "finances|comptabilite|daf|controle de gestion|accounting",
    "legal": "juridique|direction juridique|droit",
    "it": "informatique|si|dsi|systemes d information|systeme d information|numerique",
}


@dataclass(frozen=True)
class Move:
    """What one line changes. No person: somebody new. ``function``: a Function, or the folded name of a new one."""

    line: Line
    organisation: Organisation
    person: Person | None
    changes: dict[str, str]
    function: Function | str | None
    post: Post | None
    post_changes: dict[str, object]

    @property
    def starts_post(self) -> bool:
        return self.function is not None and (self.post is None or self.post.function != self.function)

    @property
    def kind(self) -> str:
        if self.person is None:
            return "added"
        return "changed" if self.changes or self.starts_post or self.post_changes else "unchanged"


@dataclass(frozen=True)
class Plan:
    """The whole import, before it happens. New companies and functions are not saved yet."""

    moves: tuple[Move, ...]
    problems: tuple[Problem, ...]
    new_organisations: tuple[Organisation, ...]
    unknown_functions: dict[str, str]

    def count(self, kind: str) -> int:
        return sum(move.kind == kind for move in self.moves)

    @property
    def refused(self) -> int:
        return len({problem.line for problem in self.problems if problem.line})


@dataclass
class _Companies:
    """Which company a line speaks of."""

    home: Organisation
    kept: dict[int, Organisation]
    by_name: dict[str, Organisation]
    by_number: dict[str, Organisation]
    may_create: bool
    new: dict[str, Organisation] = field(default_factory=dict)

    def of(self, line: Line) -> Organisation | Problem:
        if not line.organisation and not line.registration_number:
            return self.home
        folded = fold(line.organisation)[:200]
        found = self.by_number.get(fold(line.registration_number)) or self.by_name.get(folded) or self.new.get(folded)
        if found is not None and (found.pk is None or found.pk in self.kept):
            return found
        if found is None and self.may_create and folded:
            return self._create(line, folded)
        return Problem(line.number, _("Company"), self._not_kept(line))

    def _create(self, line: Line, folded: str) -> Organisation:
        made = Organisation(
            name=line.organisation, folded_name=folded, registration_number=line.registration_number,
            country=self.home.country,
        )  # fmt: skip
        self.new[folded] = made
        return made

    def _not_kept(self, line: Line) -> str:
        return _(
            "“%(company)s” is not a company that you look after. "
            "Delete this line, correct the name, or leave the company column out."
        ) % {"company": line.organisation or line.registration_number}


@dataclass
class _People:
    """Who is already listed, and which lines of the file have already spoken of whom."""

    by_email: dict[tuple[str, str], Person]
    by_name: dict[tuple[str, str], list[Person]]
    emails_seen: dict[tuple[str, str], int] = field(default_factory=dict)
    names_seen: dict[tuple[str, str], tuple[int, bool]] = field(default_factory=dict)

    def of(self, line: Line, organisation: Organisation) -> Person | Problem | None:
        name = (organisation.key, folded_person(line.first_name, line.last_name))
        if twice := self._already(line, organisation.key, name):
            return Problem(line.number, "", twice)
        if line.email and (found := self.by_email.get((organisation.key, line.email))):
            return found
        same = self.by_name.get(name, [])
        if line.email:
            return next((person for person in same if not person.email), None)
        if len(same) > 1:
            return Problem(
                line.number, _("E-mail"), _("Several people of this company have this name. Add the e-mail address.")
            )
        return same[0] if same else None

    def _already(self, line: Line, organisation_key: str, name: tuple[str, str]) -> str:
        seen_line, seen_email = self.names_seen.get(name, (0, True))
        if seen_line and not (seen_email and line.email):
            earlier = seen_line
        else:
            earlier = self.emails_seen.get((organisation_key, line.email), 0) if line.email else 0
        if earlier:
            return _("Line %(line)s already speaks of this person. Keep one of the two.") % {"line": earlier}
        self.names_seen[name] = (line.number, bool(line.email))
        if line.email:
            self.emails_seen[organisation_key, line.email] = line.number
        return ""


@dataclass
class _Functions:
    """Which function a word of the file means: known, chosen by the reader, or to be created."""

    known: dict[tuple[int | None, str], Function]
    chosen: Mapping[str, str]
    unknown: dict[str, str] = field(default_factory=dict)

    def of(self, line: Line, organisation: Organisation) -> Function | str | None:
        text = line.function or line.title
        folded = fold(text)
        if not folded:
            return None
        own = self.known.get((organisation.pk, folded)) if organisation.pk else None
        if found := own or self.known.get((None, folded)):
            return found
        self.unknown.setdefault(folded, text[:80])
        code = self.chosen.get(folded, NEW)
        return folded if code == NEW else self.known.get((None, fold(code)), folded)


def plan_import(
    lines: Sequence[Line],
    *,
    home: Organisation,
    kept: QuerySet[Organisation],
    may_create: bool,
    functions: Mapping[str, str],
) -> Plan:
    """Set every line against the directory. ``functions`` maps unknown words (folded) to a shared function or "new"."""
    companies = _companies(home, kept, may_create)
    speaks_of = {line.number: companies.of(line) for line in lines}
    people = _people([found for found in speaks_of.values() if isinstance(found, Organisation) and found.pk])
    words = _Functions(_known_functions(companies.kept), functions)
    moves: list[Move] = []
    problems: list[Problem] = []
    for line in lines:
        made = _move(line, speaks_of[line.number], people, words)
        (problems if isinstance(made, Problem) else moves).append(made)  # type: ignore[arg-type]
    if len(words.unknown) > MOST_NEW_FUNCTIONS:
        problems.append(Problem(0, _("Function"), _too_many_functions(len(words.unknown))))
        moves = []
    return Plan(tuple(moves), tuple(problems), tuple(companies.new.values()), words.unknown)


def _too_many_functions(count: int) -> str:
    return _(
        "This column holds %(count)s different functions that are not listed. "
        "Is it the right column? Choose one with departments rather than job titles."
    ) % {"count": count}


def _companies(home: Organisation, kept: QuerySet[Organisation], may_create: bool) -> _Companies:
    everybody = list(Organisation.objects.all())
    return _Companies(
        home=home,
        kept={company.pk: company for company in kept},
        by_name={company.folded_name: company for company in everybody},
        by_number={fold(company.registration_number): company for company in everybody if company.registration_number},
        may_create=may_create,
    )


def _people(companies: Sequence[Organisation]) -> _People:
    keys = {company.pk: company.key for company in companies}
    found = _People({}, {})
    for person in Person.objects.filter(organisation__in=keys).order_by("pk"):
        key = keys[person.organisation_id]
        found.by_name.setdefault((key, person.folded_name), []).append(person)
        if person.email:
            found.by_email[key, person.email.lower()] = person
    _attach_posts(found)
    return found


def _attach_posts(found: _People) -> None:
    people = {person.pk: person for same in found.by_name.values() for person in same}
    companies = {person.organisation_id for person in people.values()}
    posts = Post.objects.filter(person__organisation__in=companies, ended_on=None).select_related("function")
    for post in posts:
        people[post.person_id].current = post  # type: ignore[attr-defined]


def _known_functions(kept: Mapping[int, Organisation]) -> dict[tuple[int | None, str], Function]:
    known: dict[tuple[int | None, str], Function] = {}
    for function in Function.objects.all():
        if function.organisation_id is not None and function.organisation_id not in kept:
            continue
        words = [function.code, function.name_fr, function.name_en]
        words += WORDS.get(function.code, "").split("|") if function.organisation_id is None else []
        for word in words:
            if word:
                known.setdefault((function.organisation_id, fold(word)), function)
    return known


def _move(line: Line, organisation: Organisation | Problem, people: _People, words: _Functions) -> Move | Problem:
    if isinstance(organisation, Problem):
        return organisation
    person = people.of(line, organisation)
    if isinstance(person, Problem):
        return person
    function = words.of(line, organisation)
    post: Post | None = getattr(person, "current", None)
    return Move(line, organisation, person, _changes(line, person), function, post, _post_changes(line, function, post))


def _changes(line: Line, person: Person | None) -> dict[str, str]:
    """What the line says otherwise than the directory. An empty cell never erases."""
    if person is None:
        return {}
    names = ("first_name", "last_name", "email", "phone", "language")
    return {
        name: getattr(line, name)
        for name in names
        if getattr(line, name) and getattr(line, name) != getattr(person, name)
    }


def _post_changes(line: Line, function: Function | str | None, post: Post | None) -> dict[str, object]:
    if post is None or (function is not None and post.function != function):
        return {}
    said = {"title": line.title if line.function else "", "started_on": line.started_on}
    return {name: value for name, value in said.items() if value and value != getattr(post, name)}
