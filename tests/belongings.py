"""A person who has a row in every table, for what is said about all of them: taking along, deleting."""

from datetime import UTC, date, datetime, time
from uuid import UUID
from zlib import compress

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models

from accounts.models import User
from exercises.models import Exercise
from pain.models import CheckIn
from reminders.models import Delivery, Feed, Reminder, Subscription
from rights.models import Upload
from sharing.models import Share
from tests.builders import a_person, an_exercise, did, on_plan
from tracking.models import Completion, Pause, Skip

PERSONAL = {
    "accounts.User": "pk",
    "accounts.User_groups": "user",
    "accounts.User_user_permissions": "user",
    "account.EmailAddress": "user",
    "account.EmailConfirmation": "email_address__user",
    "mfa.Authenticator": "user",
    "admin.LogEntry": "user",
    "exercises.Exercise": "owner",
    "exercises.Exercise_equipment": "exercise__owner",
    "tracking.PlanItem": "user",
    "tracking.Pause": "user",
    "tracking.Skip": "user",
    "tracking.Completion": "user",
    "pain.CheckIn": "user",
    "sharing.Share": "user",
    "reminders.Reminder": "user",
    "reminders.Delivery": "user",
    "reminders.Subscription": "user",
    "reminders.Feed": "user",
    "rights.Upload": "user",
}
"""Each table from which a path leads to a person, and the path. `a_person_with_everything` has a row in every one."""


def with_a_path_to_a_person() -> set[type[models.Model]]:
    """All tables that refer to people, or to a table that does, those of other packages included."""
    found: set[type[models.Model]] = {User}
    while True:
        more = {
            model
            for model in apps.get_models(include_auto_created=True)
            if any(field.related_model in found for field in model._meta.concrete_fields)
        }
        if more <= found:
            return found
        found |= more


def rows_of(key: int) -> dict[str, list[tuple[object, ...]]]:
    """What there is of the person with this key, by table."""
    return {
        label: sorted(apps.get_model(label)._base_manager.filter(**{path: key}).values_list(), key=repr)
        for label, path in PERSONAL.items()
    }


AT = datetime(2026, 11, 18, 21, 30, 15, 123456, tzinfo=UTC)


def the_catalogue() -> Exercise:
    """A towel exercise, once for all people."""
    return Exercise.objects.filter(slug="towel").first() or an_exercise("towel", needs=["a towel"])


def a_person_with_everything(email: str, mark: str = "") -> User:
    """`mark` stands in every text that a person can write."""
    user = a_person(email, time_zone="Europe/Berlin", grows_from=date(2026, 11, 1), pain_asked_on=date(2026, 11, 18))
    towel = the_catalogue()
    cat = an_exercise(
        needs=["a soft rug", "a towel"],
        owner=user,
        number=1000,
        name=f"Cat {mark}",
        purpose=mark,
        place=mark,
        steps=f"Go {mark}",
        other_equipment=mark,
        avoid=mark,
        note=mark,
    )
    on_plan(user, towel, date(2026, 11, 1), date(2026, 11, 9))
    on_plan(user, towel, date(2026, 11, 9), slot_names=["on waking", f"=at night {mark}"])
    on_plan(user, cat, date(2026, 11, 2))
    Pause.objects.create(
        user=user, starts_on=date(2026, 11, 4), ends_on=date(2026, 11, 6), reason="flare-up", keeps=[towel.pk, cat.pk]
    )
    Pause.objects.create(user=user, starts_on=date(2026, 12, 1), reason="travel")
    Skip.objects.set_skipped(user, date(2026, 11, 10), cat, "sore", AT)
    CheckIn.objects.record(
        user,
        date(2026, 11, 18),
        AT,
        key=UUID("00000000-0000-4000-8000-000000000001"),
        score=4,
        moment="after",
        place="hip",
        words=f"=1+1 “ah” {mark}",
    )
    did(user, cat, date(2026, 11, 3))
    did(user, towel, date(2026, 11, 3), times=2)
    Completion.objects.set_done(user, date(2026, 11, 18), towel, 1, AT)
    Share.objects.make(user, AT, key=UUID(int=2), weeks=8, pain=False, notes=False, days=30)
    Reminder.objects.create(user=user, name=f"=at night {mark}"[:60], at=time(20), next_at=AT)
    Delivery.objects.create(user=user, day=date(2026, 11, 18), name="", due_at=AT, outcome="sent")
    endpoint = f"https://fcm.googleapis.com/{user.pk}"
    Subscription.objects.add(user, AT, endpoint=endpoint, p256dh="p", auth="a", device=f"Firefox {mark}"[:60])
    Feed.objects.create(user=user, key=UUID(int=3), token_hash="2" * 64, created_at=AT)
    Upload.objects.keep(user, "0" * 64, compress(mark.encode()), AT, is_from_loop=False)
    _of_other_packages(user, mark)
    return user


def _of_other_packages(user: User, mark: str) -> None:
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    EmailConfirmation.create(address)
    Authenticator.objects.create(user=user, type="totp", data={"secret": f"sealed {mark}"})
    user.groups.add(Group.objects.get_or_create(name="Editors")[0])
    user.user_permissions.add(Permission.objects.all()[0])
    LogEntry.objects.create(
        user=user, content_type=ContentType.objects.get_for_model(Exercise), action_flag=2, object_repr=mark[:200]
    )
