"""Logs go to standard error. No address, user agent, token or phrase: request lines of respondents are dropped."""

import logging
import re

RESPONDENT_PATHS = re.compile(r"/(r|receipt)(/|$)")


class NoRespondentPaths(logging.Filter):
    """Drops records about respondents' pages, so that no log tells who answered or when."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", "")
        return not RESPONDENT_PATHS.match(str(path))


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_respondents": {"()": "reciproque.config.logs.NoRespondentPaths"}},
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["no_respondents"]},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "reciproque": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
