"""The key people of a relationship, each company's own list."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from reciproque.app.directory.models import KeyList, Organisation, Person, Post, Relationship


def key_people(relationship: Relationship, side: str) -> QuerySet[Person]:
    """The people of one side who carry the relationship, whether or not they are still in post."""
    return Person.objects.filter(key_in__relationship=relationship, key_in__side=side)


def declared_complete(relationship: Relationship, side: str) -> bool | None:
    """What the sponsor said of the list; None as long as nothing was said of the list as it stands."""
    return KeyList.objects.filter(relationship=relationship, side=side).values_list("complete", flat=True).first()


def in_post(organisation: Organisation) -> QuerySet[Person]:
    """People of a company who hold a post today, or whose post nobody wrote down; with the present post."""
    people = Person.objects.filter(organisation=organisation).exclude(last_name="")
    gone = people.filter(posts__isnull=False).exclude(posts__ended_on__isnull=True)
    current = Post.objects.filter(ended_on=None).select_related("function")
    return people.exclude(pk__in=gone.values("pk")).prefetch_related(Prefetch("posts", current, to_attr="current"))
