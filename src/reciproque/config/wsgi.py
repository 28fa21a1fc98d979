"""The application that a web server runs."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from reciproque.config.flood import fair

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reciproque.config.settings")
application = fair(get_wsgi_application(), proxies=settings.ALLAUTH_TRUSTED_PROXY_COUNT)
