from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from accounts import known_browser
from accounts.middleware import MailOutageError
from accounts.models import User
from accounts.sign_ins import device_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's account pages, in our words."""

    error_messages: dict[str, Any] = {
        **DefaultAccountAdapter.error_messages,
        "duplicate_email": _("This is the address you have already."),
        "email_password_mismatch": _("This address and password do not belong together. Please look at both again."),
        "email_taken": _("There is an account with this address already. You can sign in instead."),
        "enter_current_password": _("Please type the password you have now."),
        "incorrect_password": _("This is not your password. Please try again."),
        "invalid_password_reset": _("This link has been used or is too old. Please ask for a new one."),
        "rate_limited": _("Too many tries in a row. Please wait five minutes and try again."),
        "same_as_current": _("This is the one you have already. Please type a new one."),
        "too_many_login_attempts": _("Too many tries in a row. Please wait five minutes and try again."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError) as problem:
            raise MailOutageError from problem

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """A confirmed address becomes the person's own, unless somebody else has taken it in the meantime."""
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            messages.error(request, _("Somebody else has an account with this address. Yours stays as it was."))
            return False

    def login(self, request: HttpRequest, user: User) -> None:
        """A session remembers by what sort of browser it was begun, and when."""
        super().login(request, user)
        request.session["device"] = device_of(request.headers.get("User-Agent", ""))
        request.session["began"] = user.last_login.isoformat() if user.last_login else ""

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        return [{**way, "description": words[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def is_safe_url(self, url: str | None) -> bool:
        """Whether it leads to a page of ours. What cannot even be read as an address does not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().post_login(request, user, **kwargs)
        known_browser.make_known(response, user.email)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        stranger, known = self._counts_of_attempts(request, **credentials)
        return known if known_browser.is_known(request, credentials.get("email", "")) else stranger

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        for key in self._counts_of_attempts(request, **credentials):
            ratelimit.clear(request, action="login_failed", key=key)

    def _counts_of_attempts(self, request: HttpRequest, **credentials: Any) -> tuple[str, str]:
        """Under which wrong guesses at an account are counted: those of strangers, and of browsers it is known in."""
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return key, f"{key}:known"

    def forget(self, request: HttpRequest, user: User) -> None:
        """Drop the counts of attempts that outlive an account, as an address can be found out from its hash."""
        self._delete_login_attempts_cached_email(request, email=user.email)
        ratelimit.clear(request, action="reauthenticate", user=user)
        for action in ("reset_password", "confirm_email"):
            ratelimit.clear(request, action=action, key=user.email.lower(), user=user)
