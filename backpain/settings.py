"""Settings of the site. Everything that differs between machines comes from the environment; see `.env.example`."""

from pathlib import Path
from typing import Any
from zoneinfo import reset_tzpath

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()

# --- Safety first ---------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
HTTPS = env.bool("HTTPS", default=not DEBUG)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)

if DEBUG:
    SECRET_KEY = SECRET_KEY or "only-for-debugging"
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is missing. Set it to a long random text, or set DEBUG=on to develop.")
if not ALLOWED_HOSTS and not DEBUG:
    raise ImproperlyConfigured("ALLOWED_HOSTS is missing. Set it to the host names of the site, separated by commas.")

SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SILENCED_SYSTEM_CHECKS = [
    # Whether the names below this host go by https as well, and for ever, is for their owner to say, not for us.
    *("security.W005", "security.W021"),
    # That no page is framed is among HEADERS.
    "security.W002",
]
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # The proxy's own word about the visitor's address, for rate limits; what a visitor claims counts for nothing.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
# With this prefix, a browser takes a cookie from this very host by https alone; a neighbour's host can set none.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "backpain.views.stale_form"
MESSAGE_STORAGE = "backpain.messages.Messages"

# What every answer carries (`backpain.middleware.headers`), beside HSTS and the policy below.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # What a page never asks the device for. What it does (to stay awake in a session, to sound, to copy a link, and a
    # passkey) is left out: pages of the site itself may ask for that anyway, and these bytes are on every answer.
    "Permissions-Policy": ", ".join(
        [
            *("accelerometer=()", "camera=()", "display-capture=()", "encrypted-media=()"),
            *("fullscreen=()", "gamepad=()", "geolocation=()", "gyroscope=()", "hid=()", "idle-detection=()"),
            *("local-fonts=()", "magnetometer=()", "microphone=()", "midi=()", "payment=()", "picture-in-picture=()"),
            *("serial=()", "sync-xhr=()", "usb=()", "xr-spatial-tracking=()"),
        ]
    ),
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # Bootstrap's stylesheet carries its small icons as data addresses.
        "img-src": [SELF, "data:"],
        "upgrade-insecure-requests": HTTPS,
    }
}

# --- Applications ---------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "backpain.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "accounts",
    "exercises",
    "tracking",
    "pain",
    "history",
    "sharing",
    "reminders",
    "rights",
    "keeping",
]

MIDDLEWARE = [
    "backpain.middleware.one_line_a_request",
    "backpain.middleware.let_go",
    "backpain.middleware.headers",
    "csp.middleware.CSPMiddleware",
    "backpain.middleware.secret_addresses",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backpain.middleware.ZipMiddleware",
    "backpain.middleware.without_nul",
    "backpain.middleware.kind_405",
    "backpain.middleware.known_methods",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "backpain.urls"
WSGI_APPLICATION = "backpain.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "backpain.templating.Templates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["exercises.icons", "backpain.constant"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backpain.context.mail",
            ],
        },
    }
]

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Data -----------------------------------------------------------------------------------------------------------


def database() -> dict[str, Any]:
    """The database named by DATABASE_URL, tuned for its kind; without one, a SQLite file in `var/`."""
    if not env.str("DATABASE_URL", default="sqlite:").startswith(("sqlite:", "postgres://", "postgresql://")):
        raise ImproperlyConfigured("DATABASE_URL names no database. It begins with postgres:// or sqlite:///.")
    config: dict[str, Any] = env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'backpain.sqlite3'}")
    if config["ENGINE"] == "django.db.backends.sqlite3":
        Path(config["NAME"]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        config["CONN_MAX_AGE"] = None
        config["OPTIONS"] = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            # FULL: what was acknowledged is on disk, also when the power fails. What is deleted is written over.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON",
        }
        config["TEST"] = {"NAME": f"{config['NAME']}.test"}
    else:
        config["CONN_MAX_AGE"] = 0
        config["CONN_HEALTH_CHECKS"] = True
        config["OPTIONS"] = {
            **config.get("OPTIONS", {}),
            "pool": {
                "min_size": 1,
                "max_size": env.int("DATABASE_POOL_SIZE", default=8),
                "timeout": 2,
                "reconnect_timeout": 5,
            },
            "connect_timeout": 2,
            "tcp_user_timeout": 10_000,
        }
    return config


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In the database, so that rate limits hold across all web processes; large, so that nobody can flush them out.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Nothing is uploaded here: a file that comes along all the same is dropped, not kept on disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# Off, there is no such address.
ADMIN = env.bool("ADMIN", default=False)

# --- People ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.MaximumLengthValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "home"


def own_address() -> str:
    """By the first host name that stands for one host; with the port where no proxy is in front."""
    host = next((name for name in ALLOWED_HOSTS if not name.startswith((".", "*"))), "localhost")
    return f"https://{host}/" if HTTPS else f"http://{host}:{env.str('PORT', default='') or 8000}/"


MAIL_SERVER = env.str("EMAIL_URL", default="")
HAS_MAIL_SERVER = bool(MAIL_SERVER)
vars().update(environ.Env.email_url_config(MAIL_SERVER or "consolemail://"))
EMAIL_TIMEOUT = 10
# Where people reach the site, for links in mails that no request gives rise to.
SITE_URL = env.str("SITE_URL", default="") or own_address()
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Backpain <backpain@localhost>")

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "signup": "accounts.forms.SignupForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "add_email": "accounts.forms.NewAddressForm",
    "change_password": "accounts.forms.NewPasswordForm",
    "reset_password_from_key": "accounts.forms.PasswordFromLinkForm",
}
# allauth's own asks the database more, and only for an address that it knows.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
# Besides allauth's own. Wrong passwords are counted by address of the network and by account; whose session it is
# may not try for hours either.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "change_password": "5/m/user,20/h/user"}
ACCOUNT_EMAIL_NOTIFICATIONS = HAS_MAIL_SERVER
# Without a mail server nobody could confirm an address, so nobody is asked to.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if HAS_MAIL_SERVER else "none"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_CHANGE_EMAIL = True
# Whoever finds a browser open could otherwise take the account over, by an address of their own.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 60 * 24 * 3600

MFA_ADAPTER = "accounts.second_step.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.second_step_forms.CodeForm",
    "reauthenticate": "accounts.second_step_forms.CodeAgainForm",
    "activate_totp": "accounts.second_step_forms.NewAppForm",
    "authenticate_webauthn": "accounts.second_step_forms.PasskeyForm",
    "login_webauthn": "accounts.second_step_forms.PasskeySignInForm",
    "reauthenticate_webauthn": "accounts.second_step_forms.PasskeyAgainForm",
    "add_webauthn": "accounts.second_step_forms.NewPasskeyForm",
    "edit_webauthn": "accounts.second_step_forms.PasskeyNameForm",
}
MFA_TOTP_ISSUER = "Backpain"
# Clocks differ, and typing takes time: the code before and the one after fit as well.
MFA_TOTP_TOLERANCE = 1
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey asks for a finger, a face or a PIN. So it is two factors in one, and does for a sign-in without a password.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# Two requests each: what is to be signed, and the signature.
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}
# Without a mail server no address is confirmed; with one, nobody gets in before theirs is.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# --- Reminders ------------------------------------------------------------------------------------------------------

# The push services of the browsers: Chrome and most of its kin, Firefox, Edge, Safari. As in ALLOWED_HOSTS, a dot at
# the beginning stands for all names below as well.
PUSH_HOSTS = [
    *("fcm.googleapis.com", "jmt17.google.com", ".push.services.mozilla.com", ".notify.windows.com"),
    *(".push.apple.com", *env.list("PUSH_HOSTS", default=[])),
]

# --- Language, time, static files -----------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
# With one language there is nothing to look up. A tenth of a page's time went into it.
USE_I18N = len(LANGUAGES) > 1
LOCALE_PATHS = [BASE_DIR / "locale"]
# The zones that come with the program; Python would take those of the machine first, which may be years older.
reset_tzpath(())
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "backpain.storage.StaticFiles"
    },
}

# --- Logging --------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "backpain.logs.OneObjectALine"},
        # For developers, who want to read what an error says.
        "plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain" if DEBUG else "line"}},
    # What packages tell is not made for a log in which nobody can be recognised: a passkey is named at each use.
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Django's development server has its own line for each request.
        "backpain": {"level": "WARNING" if DEBUG else "INFO"},
        "django": {"handlers": [], "propagate": True},
        # A refused request has its line already.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
        "gunicorn": {"level": "ERROR"},
        # Instead of its own handler, which would write addresses as they are.
        "gunicorn.error": {"handlers": ["stderr"], "propagate": False},
        # It speaks of visitors who left before their answer, and names the page.
        "waitress": {"level": "ERROR"},
        "psycopg": {"level": "ERROR"},
        # It names the passkey of each sign-in.
        "fido2": {"level": "ERROR"},
    },
}
