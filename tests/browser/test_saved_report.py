"""The saved report of the analyst's command, in a real browser: on a phone, at night, and read by axe."""

import pytest

from browsing import Seat
from measure.measured import FORGE, TWO_WAVES, page_of
from reciproque.reports import measure_html

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    (folder / "one.html").write_bytes(measure_html.render(page_of(FORGE, raw=True)))
    (folder / "many.html").write_bytes(measure_html.render(page_of(TWO_WAVES, raw=False)))
    return folder


@pytest.mark.parametrize("name", ["one", "many"])
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_the_saved_page_has_no_fault(browser, pages, name, width, scheme):
    seat = Seat(browser, "about:blank", viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    seat.go((pages / f"{name}.html").as_uri())
    assert seat.faults() == []
    assert seat.complaints == []
    seat.leave()
