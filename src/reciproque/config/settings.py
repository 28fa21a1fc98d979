"""All settings, from typed readers of the environment. Works with none set: SQLite, mails in a folder."""

import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy as _

import reciproque
from reciproque.app.survey.urn.files import create_once
from reciproque.config import env
from reciproque.config.databases import databases
from reciproque.config.logs import LOGGING as LOGGING
from reciproque.config.logs import RESPONDENT_PATHS as RESPONDENT_PATHS

PACKAGE_DIR = Path(reciproque.__file__).parent

# ---------------------------------------------------------------- Place and mode
DATA_DIR = env.folder("RECIPROQUE_DATA", "data")
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
DEMO = env.flag("RECIPROQUE_DEMO", False)
SIMULATE = env.flag("RECIPROQUE_SIMULATE", False)
DEBUG = env.flag("RECIPROQUE_DEBUG", False)
BASE_URL = env.address("RECIPROQUE_URL", "http://127.0.0.1:8000")
HTTPS = BASE_URL.startswith("https://")
SECRETS_DIR = DATA_DIR / "secrets"


def _secret_key() -> str:
    """The key from the environment, else one made once and kept in the data folder, readable by its owner only."""
    if key := env.text("RECIPROQUE_SECRET_KEY"):
        return key
    path = SECRETS_DIR / "server.key"
    SECRETS_DIR.mkdir(exist_ok=True, mode=0o700)
    if not path.exists():
        create_once(path, secrets.token_urlsafe(64).encode())
    if key := path.read_text().strip():
        return key
    raise env.BadSetting(f"{path} is empty. Put the key back from where it was saved, or remove the file.")


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.words("RECIPROQUE_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# ---------------------------------------------------------------- Parts
INSTALLED_APPS = [
    "reciproque.app.apps.ReciproqueConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_vite",
    "template_partials.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "reciproque.app.shared.middleware.PrivacyHeaders",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "reciproque.app.shared.middleware.UsedMethods",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "reciproque.app.directory.sessions.SessionLimits",
    "reciproque.config.security_log.RefusalsLogged",
    "reciproque.app.shared.middleware.ReadOnlyGet",
    "reciproque.app.shared.middleware.SecondFactorRequired",
]

ROOT_URLCONF = "reciproque.config.urls"
WSGI_APPLICATION = "reciproque.config.wsgi.application"

TEMPLATE_LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted((PACKAGE_DIR / "app").glob("*/templates")),
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    TEMPLATE_LOADERS if DEBUG else [("django.template.loaders.cached.Loader", TEMPLATE_LOADERS)],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "reciproque.app.shared.context.page",
                "reciproque.app.directory.context.personas",
                "reciproque.app.survey.context.respondents",
            ],
            "libraries": {
                "reciproque_ui": "reciproque.app.shared.templatetags.reciproque_ui",
                "reading_charts": "reciproque.app.reading.templatetags.reading_charts",
                "portfolio_charts": "reciproque.app.portfolio.templatetags.portfolio_charts",
                "network_charts": "reciproque.app.network.templatetags.network_charts",
                "promises": "reciproque.app.commitments.templatetags.promises",
            },
            "builtins": [
                "template_partials.templatetags.partials",
                "reciproque.app.shared.templatetags.reciproque_ui",
                "django.templatetags.i18n",
            ],
            "string_if_invalid": "",
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# ---------------------------------------------------------------- Data
DATABASE_URL = env.text("DATABASE_URL")
DATABASES = databases(DATABASE_URL, env.text("BALLOTS_DATABASE_URL"), DATA_DIR)
DATABASE_ROUTERS = ["reciproque.config.databases.BallotRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "reciproque_cache",
        # Holds the counts of wrong tries: more than anybody can make in the five minutes for which they count, or
        # tries at invented accounts would push out those at a real one.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    # Rendered instruments: the same bytes for everybody, so each process keeps its own copy.
    "frozen": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "frozen", "TIMEOUT": None},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 10 * 3600
SESSION_IDLE_SECONDS = 30 * 60
COOKIE_PREFIX = "__Host-" if HTTPS else ""  # no other host, and no plain connection, can set these cookies
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
MESSAGE_STORAGE = "reciproque.app.directory.sessions.Messages"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "reciproque.app.shared.views.csrf_failure"

# ---------------------------------------------------------------- Accounts
AUTH_USER_MODEL = "app.Account"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "reciproque.app.directory.passwords.GuessablePassword"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "reciproque.app.directory.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the other sessions end by themselves, with the old password
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
PASSWORD_RESET_TIMEOUT = 600
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "reciproque.app.directory.second_factor.SecondFactorAdapter"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "reciproque.app.directory.passkeys.AddPasskeyForm",
    "edit_webauthn": "reciproque.app.directory.passkeys.EditPasskeyForm",
}
MFA_TOTP_ISSUER = "Réciproque"
MFA_TOTP_TOLERANCE = 1  # a code typed slowly, or on a phone whose clock is half a minute off, still counts
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("RECIPROQUE_PROXIES", 0)
SECOND_FACTOR_REQUIRED = not DEMO

# ---------------------------------------------------------------- Languages, time, files
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = "reciproque.config.formats"
TIME_ZONE = env.time_zone("RECIPROQUE_TIME_ZONE", "Europe/Paris")
STATIC_URL = "static/"
STATIC_ROOT = None  # files are served from where they are installed
STATICFILES_DIRS = [PACKAGE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/built/assets/"  # their names change with their content
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DJANGO_VITE = {
    "default": {"manifest_path": PACKAGE_DIR / "static/built/.vite/manifest.json", "static_url_prefix": "built"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
# A list of people waits for its confirmation in the page, never in a temporary file of the server.
FILE_UPLOAD_HANDLERS = ["reciproque.app.directory.uploads.InMemory"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

SILENCED_SYSTEM_CHECKS = ["django_vite.W001"]  # said better by our own check

# ---------------------------------------------------------------- Mail and jobs
EMAIL_HOST = env.text("SMTP_HOST")
EMAIL_PORT = env.number("SMTP_PORT", 587)
EMAIL_HOST_USER = env.text("SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("SMTP_PASSWORD")
# One excludes the other: asking for one turns the default of the other off.
EMAIL_USE_SSL = env.flag("SMTP_TLS", EMAIL_PORT == 465 and not env.flag("SMTP_STARTTLS", False))
EMAIL_USE_TLS = env.flag("SMTP_STARTTLS", bool(EMAIL_HOST) and EMAIL_PORT == 587 and not EMAIL_USE_SSL)
if EMAIL_USE_SSL and EMAIL_USE_TLS:
    raise env.BadSetting(
        "SMTP_TLS and SMTP_STARTTLS cannot both be yes: keep the one that the mail server speaks on this port."
    )
EMAIL_TIMEOUT = env.number("SMTP_TIMEOUT", 20)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM", "Réciproque <reciproque@localhost>")
EMAIL_FILE_PATH = DATA_DIR / "mails"
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
)

# ---------------------------------------------------------------- Web security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "object-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # "no-referrer" makes browsers send "Origin: null" with forms, refused as forged
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS and env.flag("RECIPROQUE_SSL_REDIRECT", True)
# A calendar program would go on in plain text for ever without anybody seeing: it is refused, not sent on.
SECURE_REDIRECT_EXEMPT = [r"^commitments/calendar/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
if env.number("RECIPROQUE_PROXIES", 0):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Cost of the opening phrase, in MiB of memory for Argon2id. Lowered for tests only.
PHRASE_MEMORY_MIB = env.number("RECIPROQUE_PHRASE_MEMORY_MIB", 256)
