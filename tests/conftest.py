"""Shared by all tests: a data folder of its own, two databases, personas of the five kinds."""

import pytest
from django.utils import translation

DATABASE_FOLDERS = ("tests/app/", "tests/cli/", "tests/demo/", "tests/consistency/", "tests/attack/", "tests/security/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        path = item.path.as_posix()
        if any(folder in path for folder in DATABASE_FOLDERS) and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(databases=["default", "ballots"]))


@pytest.fixture
def cast(db):
    """A relationship with five people on each side and every persona; second factor already set up."""
    import personas

    return personas.cast(people=5)


@pytest.fixture(autouse=True)
def _shared_functions(request, _django_db_marker):
    """The list that a migration writes; a test with real commits leaves every table empty behind it."""
    if request.node.get_closest_marker("django_db"):
        import personas

        personas.functions()


@pytest.fixture(autouse=True)
def _no_wrong_code_left_over():
    """Wrong links typed in one test are not held against the next."""
    from reciproque.app.shared.views import wrong_codes

    wrong_codes.clear()


@pytest.fixture(autouse=True)
def _no_language_left_over():
    """What one test speaks, the next one must not."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    """Screens are tried without the second factor; the rule itself has its own tests."""
    settings.SECOND_FACTOR_REQUIRED = False
