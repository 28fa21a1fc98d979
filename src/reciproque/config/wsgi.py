"""The application that a web server runs."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from reciproque.config.flood import fair
from reciproque.config.orphans import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reciproque.config.settings")
application = fair(get_wsgi_application(), proxies=settings.ALLAUTH_TRUSTED_PROXY_COUNT)
end_with_parent(lambda: os._exit(1))  # an answer that is not acknowledged is handed in again
