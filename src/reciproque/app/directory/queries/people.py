"""Companies, functions and people, as the screens show them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Prefetch, Q, QuerySet

from reciproque.app.directory.access import organisations_for, organisations_kept_by
from reciproque.app.directory.models import Account, Function, Organisation, Person, Post
from reciproque.app.directory.names import fold


@dataclass(frozen=True)
class Company:
    """A company with the number of people listed, and whether the reader looks after that list."""

    organisation: Organisation
    people: int
    kept: bool


def companies(account: Account) -> list[Company]:
    """Every company that the account may see, by name."""
    kept = set(organisations_kept_by(account).values_list("pk", flat=True))
    counted = Organisation.objects.filter(pk__in=organisations_for(account).values("pk")).annotate(
        listed=Count("people", filter=~Q(people__last_name=""))
    )
    return [Company(company, company.listed, company.pk in kept) for company in counted]


def functions_of(organisation: Organisation) -> QuerySet[Function]:
    """The shared functions and the company's own."""
    return Function.objects.filter(Q(organisation=None) | Q(organisation=organisation))


def own_functions(organisation: Organisation) -> QuerySet[Function]:
    return Function.objects.filter(organisation=organisation).annotate(held=Count("posts"))


def people_of(
    organisation: Organisation, *, text: str = "", function: str = "", left: bool = False
) -> QuerySet[Person]:
    """The people of a company with their present post in ``current``. ``left``: those who hold no post any more."""
    in_post = Post.objects.filter(ended_on=None)
    people = (
        Person.objects.filter(organisation=organisation)
        .exclude(last_name="")
        .prefetch_related(Prefetch("posts", in_post.select_related("function"), to_attr="current"))
    )
    for word in fold(text).split():
        people = people.filter(Q(folded_name__contains=word) | Q(email__icontains=word))
    if function:
        people = people.filter(pk__in=in_post.filter(function__code=function).values("person"))
    gone = Post.objects.exclude(person__in=in_post.values("person")).values("person")
    return people.filter(pk__in=gone) if left else people.exclude(pk__in=gone)


def posts_of(person: Person) -> QuerySet[Post]:
    """What a person has done in the company, the present post first."""
    return person.posts.select_related("function").order_by(F("ended_on").desc(nulls_first=True), "-started_on")


def present_post(person: Person) -> Post | None:
    """The present post of somebody read by people_of."""
    current: list[Post] = getattr(person, "current", [])
    return current[0] if current else None
