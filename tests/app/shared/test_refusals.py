"""An action that may refuse, called by a screen; and what a refused request leaves in the log."""

import logging

from django.forms import Form
from django.test import Client

from reciproque.app.shared.errors import Refused
from reciproque.app.shared.refusals import try_action
from reciproque.config.logs import NoTraceOfRefusals


def test_an_argument_of_the_action_may_have_any_name():
    """A wave has a form, and a form is what the screen calls the action with."""
    assert (
        try_action(Form(), lambda **given: given["form"] + given["action"], form="full ", action="wave") == "full wave"
    )


def test_a_refusal_becomes_an_error_of_the_form():
    def refuses(**_given: object) -> None:
        raise Refused("Not today.")

    form = Form({})
    assert form.is_valid()
    assert try_action(form, refuses, form="full") is None
    assert form.non_field_errors() == ["Not today."]


def test_a_request_that_is_refused_leaves_one_line_and_a_fault_of_ours_leaves_its_trace(caplog):
    """Without it, a stranger writes a page into the log with each malformed form."""
    rule = NoTraceOfRefusals()
    caplog.handler.addFilter(rule)
    logger = logging.getLogger("django")
    logger.addHandler(caplog.handler)
    try:
        Client().post("/accounts/login/", b"x", content_type="multipart/form-data; boundary=")
        assert [bool(record.exc_info) for record in caplog.records if record.name == "django.request"] == [False]
        try:
            raise ValueError("ours")
        except ValueError:
            logging.getLogger("django.request").exception("fault", extra={"status_code": 500})
        assert caplog.records[-1].exc_info
    finally:
        logger.removeHandler(caplog.handler)
        caplog.handler.removeFilter(rule)
