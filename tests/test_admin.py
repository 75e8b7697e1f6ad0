"""The admin: off unless switched on, and then for editors alone who have taken a second step since they signed in."""

import os
import subprocess
import sys
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.builders import PASSWORD, a_person, browser_of, editor_of, elements, text_of

pytestmark = pytest.mark.django_db

PAGES = ["/admin/", "/admin/accounts/user/", "/admin/exercises/exercise/", "/admin/exercises/exercise/add/"]


def an_administrator(email: str = "") -> User:
    return a_person(email, is_staff=True, is_superuser=True)


def links_of(response: object) -> list[str]:
    return [link["href"] for link in elements(response, "href") if link["tag"] == "a"]


@pytest.mark.parametrize("address", [*PAGES, "/admin/login/", "/admin/nowhere/"])
def test_there_is_none_unless_it_is_switched_on(address: str) -> None:
    assert editor_of(an_administrator()).get(address).status_code == 404


@pytest.mark.parametrize(
    ("environment", "answer"), [({}, "False"), ({"ADMIN": "off"}, "False"), ({"ADMIN": "on"}, "True")]
)
def test_the_environment_switches_it_on(environment: dict[str, str], answer: str) -> None:
    asked = (
        "import django; django.setup(); from django.urls import is_valid_path; print(bool(is_valid_path('/admin/')))"
    )
    plain = {name: value for name, value in os.environ.items() if name != "ADMIN"}
    ran = subprocess.run(  # our own words
        [sys.executable, "-c", asked],
        env={**plain, "DJANGO_SETTINGS_MODULE": "backpain.settings", **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == answer


@pytest.mark.parametrize("address", PAGES)
def test_an_administrator_with_a_second_step_gets_in(address: str, admin_on: None) -> None:
    assert editor_of(an_administrator()).get(address).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_a_stranger_signs_in_through_the_same_limited_door(address: str, admin_on: None) -> None:
    where, _status = Client().get(address, follow=True).redirect_chain[-1]
    assert unquote(where) == f"/accounts/login/?next={address}"


@pytest.mark.parametrize("address", PAGES)
def test_somebody_who_may_not_edit_is_refused_even_with_a_second_step(address: str, admin_on: None) -> None:
    assert editor_of(a_person()).get(address, follow=True).status_code == 403


@pytest.mark.parametrize("address", PAGES)
def test_a_password_alone_leads_to_setting_up_a_second_step(address: str, admin_on: None) -> None:
    answer = browser_of(an_administrator()).get(address, follow=True)
    assert answer.status_code == 403
    assert "set up a second step first" in text_of(answer)
    assert "/accounts/security/" in links_of(answer)


def test_a_second_step_that_was_not_taken_in_this_session_is_asked_for(admin_on: None) -> None:
    user = an_administrator()
    editor_of(user)
    answer = browser_of(user).get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "take your second step once more" in text_of(answer)
    assert "/accounts/security/reauthenticate/?next=%2Fadmin%2F" in links_of(answer)


def test_typing_the_password_once_more_is_no_second_step(admin_on: None) -> None:
    user = an_administrator()
    editor_of(user)
    client = browser_of(user)
    client.post("/accounts/reauthenticate/?next=/admin/", {"password": PASSWORD})
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_second_step_that_was_given_up_no_longer_counts(admin_on: None) -> None:
    user = an_administrator()
    client = editor_of(user)
    Authenticator.objects.filter(user=user).delete()
    assert client.get("/admin/", follow=True).status_code == 403


def test_who_is_no_longer_an_editor_is_out_at_once(admin_on: None) -> None:
    user = an_administrator()
    client = editor_of(user)
    User.objects.filter(pk=user.pk).update(is_staff=False)
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_post_without_the_second_step_changes_nothing(admin_on: None) -> None:
    user, other = an_administrator(), a_person()
    address = reverse("admin:accounts_user_change", args=[other.pk])
    assert browser_of(user).post(address, {"is_active": "", "is_superuser": "on"}).status_code == 302
    other.refresh_from_db()
    assert (other.is_active, other.is_superuser) == (True, False)


def test_the_password_is_changed_on_the_sites_own_page(admin_on: None) -> None:
    answer = editor_of(an_administrator()).post("/admin/password_change/", {"new_password1": "x", "new_password2": "x"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/change/")


def test_no_secret_can_be_browsed_there() -> None:
    shown = {model._meta.label for model in admin.site._registry}
    assert shown.isdisjoint({"mfa.Authenticator", "accounts.Session", "sharing.Share", "auth.Group"})


def test_somebody_who_edits_people_cannot_raise_their_own_rights(admin_on: None) -> None:
    editor = a_person(is_staff=True)
    editor.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user", "delete_user"]))
    client = editor_of(editor)
    address = f"/admin/accounts/user/{editor.pk}/"
    assert client.get(f"{address}change/").status_code == 200
    client.post(f"{address}change/", {"is_active": "on", "is_superuser": "on"})
    editor.refresh_from_db()
    assert not editor.is_superuser
    assert client.get(f"{address}delete/").status_code == 403
