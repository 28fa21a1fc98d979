"""Every address, every kind of visitor: nothing opens by accident."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

# Everybody may see these; each has its own tests.
PUBLIC = re.compile(
    r"^(respond|receipt|send-again|health|set_language|account_|mfa_|setup|persona-login|gallery|help$|calendar-feed|phone|room-join|ties-by-link$)"
)
FILL = {
    "str": "zzzzzzzzzzzz",
    "slug": "zzzzzzzzzzzz",
    "int": "999999",
    "key": "zzzzzzzzzzzz",
    "uuid": "00000000-0000-0000-0000-000000000000",
}
ROLES = [
    "client_sponsor",
    "supplier_sponsor",
    "client_deputy",
    "client_member",
    "supplier_member",
    "facilitator",
    "observer",
    "outsider",
]


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield entry.name or "", "/" + route


def address(route: str) -> str:
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda m: FILL[m[1] or "str"], route)
    return (
        re.sub(r"\(\?P<\w+>[^)]*\)", "zzzz", filled)
        .replace("^", "")
        .replace("$", "")
        .replace("\\Z", "")
        .replace("\\", "")
    )


def anonymous(page: bytes, key: str) -> bytes:
    """The page less the form token, drawn anew each time, and less the address that was asked for."""
    return re.sub(rb'csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*', b"", page).replace(key.encode(), b"")


def own() -> list[tuple[str, str]]:
    return [
        (name, address(route))
        for name, route in patterns(get_resolver())
        if not name.startswith(("account_", "mfa_", "usersessions"))
    ]


def test_every_address_has_a_name():
    assert [route for name, route in own() if not name] == []


@pytest.mark.parametrize(("name", "url"), [row for row in own() if not PUBLIC.match(row[0])])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_an_anonymous_visitor_is_sent_to_sign_in(client: Client, name, url, method):
    response = getattr(client, method)(url)
    assert response.status_code in {302, 405}, (name, response.status_code)
    if response.status_code == 302:
        assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("role", ROLES)
def test_absent_objects_are_the_same_404_for_everybody(client: Client, cast, role):
    client.force_login(getattr(cast, role))
    for name, url in own():
        if "zzzz" not in url or PUBLIC.match(name):
            continue
        for method in ("get", "post"):
            response = getattr(client, method)(url)
            assert response.status_code in {404, 405}, (name, method, response.status_code)


def test_a_foreign_object_looks_like_an_absent_one(client: Client, cast):
    """An outsider gets, for a relationship that exists, the very page that an absent one gives."""
    client.force_login(cast.outsider)
    for name, route in patterns(get_resolver()):
        if "<str:key>" not in route and "<slug:key>" not in route:
            continue
        real = address(route.replace("<str:key>", cast.relationship.key).replace("<slug:key>", cast.relationship.key))
        absent = address(route)
        if PUBLIC.match(name):
            continue
        one, other = client.get(real), client.get(absent)
        assert one.status_code == other.status_code, (name, one.status_code, other.status_code)
        if one.status_code == 404:
            assert anonymous(one.content, cast.relationship.key) == anonymous(other.content, FILL["str"]), name


def test_posting_without_the_form_token_is_refused(cast):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.client_sponsor)
    for name, url in own():
        response = strict.post(url)
        assert response.status_code in {403, 405}, (name, response.status_code)
