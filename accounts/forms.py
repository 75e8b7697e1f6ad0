from typing import Any, cast
from zoneinfo import available_timezones

from allauth.account.forms import AddEmailForm, ChangePasswordForm, LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.models import User

PASSWORD_HELP = _("At least 8 characters, and not one that many people use.")
# Without the two that stand for whatever the machine is set to, or for nothing.
KNOWN_ZONES = available_timezones() - {"localtime", "Factory"}
REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def _bound_email(form: forms.Form) -> None:
    """allauth's own field takes longer addresses than a person can have."""
    longest = cast(int, User._meta.get_field("email").max_length)
    field = cast(forms.CharField, form.fields["email"])
    field.validators.append(MaxLengthValidator(longest))
    field.widget.attrs["maxlength"] = longest


def _word_new_password(form: forms.Form) -> None:
    form.fields["password1"].label = _("New password")
    form.fields["password1"].help_text = PASSWORD_HELP
    form.fields["password2"].label = _("The new one again")


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """The address is the name of the account, and password managers are told so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """Looks for the person once, whether there is one or not; allauth looks longer for some than for others."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        self.users = list(User.objects.filter(email=email.lower(), is_active=True))
        return email


class SignupForm(AllauthSignupForm):  # type: ignore[misc]  # allauth has no types
    """Sign-up that also takes the browser's time zone. A script fills the field; it stays blank without one."""

    time_zone = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound_email(self)
        self.fields["password1"].help_text = PASSWORD_HELP

    def clean_time_zone(self) -> str:
        """An unknown zone is the browser's doing, not the person's: they are asked on `/today/` instead."""
        zone: str = self.cleaned_data["time_zone"]
        return zone if zone in KNOWN_ZONES else ""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """A double tap signs up twice at once: the second has its account already, and is led to signing in."""
        if self.account_already_exists:
            # A new account costs a hash of its password, which takes longer than all the rest. So does this one.
            make_password(self.cleaned_data["password1"])
        try:
            with transaction.atomic():
                return cast(tuple[User | None, HttpResponse | None], super().try_save(request))
        except IntegrityError:
            messages.info(request, _("There is an account with this address now. Please sign in."))
            return None, redirect("account_login")

    def save(self, request: HttpRequest) -> User:
        user: User = super().save(request)
        user.time_zone = self.cleaned_data["time_zone"]
        user.save(update_fields=["time_zone"])
        return user


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Your password now")
        _word_new_password(self)


class PasswordFromLinkForm(ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_new_password(self)


class NewAddressForm(AddEmailForm):  # type: ignore[misc]  # allauth has no types
    """The present address holds until the new one is confirmed; allauth drops one that never was confirmed itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound_email(self)

    def save(self, request: HttpRequest) -> EmailAddress:
        waiting = EmailAddress.objects.filter(user=self.user, verified=False)
        waiting.exclude(email=self.user.email).delete()
        return EmailAddress.objects.add_email(request, self.user, self.cleaned_data["email"], confirm=True)


def time_zone_choices(current: str) -> list[tuple[str, Any]]:
    """The zones by region, the person's own among them even where it has an unusual name."""
    groups: list[tuple[str, Any]] = [("", _("Not known yet")), ("UTC", "UTC")]
    if current and current != "UTC" and current.split("/")[0] not in REGIONS:
        groups.append((current, current))
    for region in REGIONS:
        names = sorted(zone for zone in KNOWN_ZONES if zone.startswith(f"{region}/"))
        groups.append((region, [(zone, zone.split("/", 1)[1].replace("_", " ").replace("/", ", ")) for zone in names]))
    return groups


class PreferencesForm(forms.ModelForm):
    """How a person counts their days, how their sessions go, and in which colours."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("It decides when your day begins. What you have recorded stays on its day."),
    )

    class Meta:
        model = User
        fields = ["time_zone", "week_start", "get_ready_seconds", "rest_seconds", "asks_pain", "color_scheme"]
        widgets = {"week_start": forms.RadioSelect, "color_scheme": forms.RadioSelect}
        labels = {
            "week_start": _("Your week begins on"),
            "get_ready_seconds": _("Time to get ready"),
            "rest_seconds": _("Rest between two exercises"),
            "asks_pain": _("Ask me about pain"),
            "color_scheme": _("Colours"),
        }
        help_texts = {
            "get_ready_seconds": _("In a guided session, before each exercise."),
            "rest_seconds": _("In a guided session, before you get ready for the next one."),
            "asks_pain": _("Once a day on today’s plan, and at the end of a guided session. You can always skip it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = time_zone_choices(self.instance.time_zone)
