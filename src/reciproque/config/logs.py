"""Logs go to standard error. No address, user agent, token or phrase: request lines of respondents are dropped."""

import logging
import re
import time

RESPONDENT_PATHS = re.compile(r"/(r|d|receipt)(/|$)")  # opened with a link: answers, ties, votes in a workshop


class NoRespondentPaths(logging.Filter):
    """Drops records about respondents' pages, so that no log tells who answered or voted, or when."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", "")
        return not RESPONDENT_PATHS.match(str(path))


class NoTraceOfRefusals(logging.Filter):
    """A refused request is one line: only a fault of ours leaves a trace, so that no stranger fills the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True


class Utc(logging.Formatter):
    """Times in UTC, to the second."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = ""


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "no_respondents": {"()": "reciproque.config.logs.NoRespondentPaths"},
        "no_trace_of_refusals": {"()": "reciproque.config.logs.NoTraceOfRefusals"},
    },
    "formatters": {
        "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
        "dated": {"()": "reciproque.config.logs.Utc", "format": "%(asctime)sZ %(name)s: %(message)s"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["no_respondents", "no_trace_of_refusals"],
        },
        "security": {"class": "logging.StreamHandler", "formatter": "dated", "filters": ["no_respondents"]},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "reciproque.security": {"handlers": ["security"], "level": "INFO", "propagate": False},
        "reciproque": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
