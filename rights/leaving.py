"""A person's account goes, and all that they have recorded with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.apps import apps
from django.db import OperationalError, connection, models, transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Session, User
from exercises.models import Exercise
from tracking.models import Completion

TRIES = 3


@dataclass(frozen=True)
class Belonging:
    """A table with rows that are a person's own, and its column that says whose."""

    model: type[models.Model]
    column: str

    def of(self, user: User) -> models.QuerySet[models.Model]:
        return self.model._base_manager.filter(**{self.column: user})

    def in_words(self, count: int) -> str:
        if self.model is Exercise:
            words = ngettext("%(n)s exercise of your own", "%(n)s exercises of your own", count)
        else:
            words = _("%(n)s %(things)s")
        names = self.model._meta
        things = names.verbose_name if count == 1 else names.verbose_name_plural
        return words % {"n": number_format(count, force_grouping=True), "things": things}


def belongings() -> Sequence[Belonging]:
    """Read off the models, so that a new table is never forgotten. What others refer to comes last."""
    found = [
        Belonging(model, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if field.related_model is User
    ]
    return sorted(found, key=lambda belonging: belonging.model is Exercise)


@dataclass(frozen=True)
class Goods:
    """What goes with an account, in words, the most of it first; and the first day with anything done."""

    things: Sequence[str]
    since: date | None


def goods_of(user: User) -> Goods:
    counts = [(belonging.of(user).count(), belonging) for belonging in belongings()]
    counts.sort(key=lambda pair: -pair[0])
    things = [belonging.in_words(count) for count, belonging in counts if count]
    return Goods(things, Completion.objects.for_user(user).first_day())


def leave(user: User) -> None:
    """Deletes the person and every row of theirs, and ends their sessions on every device.

    Raises `User.DoesNotExist` if they have left already. A tick of another tab waits, and then belongs to nobody.
    """
    key = user.pk
    for tries_left in reversed(range(TRIES)):
        try:
            _delete(key)
            break
        except OperationalError:
            if not tries_left:
                raise
    Session.objects.of(key).delete()


@transaction.atomic
def _delete(key: int) -> None:
    if connection.vendor == "postgresql":
        # On a cluster, all completions are looked through for own exercises. That has to go over the same connections
        # as the rest. PostgreSQL alone takes such a name for anybody's, and does nothing with it.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")
    # As a tick takes them: the exercise, then the person. A skip takes them the other way round; should the two meet,
    # PostgreSQL ends one of them, which is tried again. Edits of a plan are waited for first.
    user = User.objects.select_for_update(no_key=True).get(pk=key)
    list(Exercise.objects.own(user).select_for_update().values_list("pk"))
    User.objects.select_for_update().get(pk=key)
    for belonging in belongings():
        belonging.of(user).delete()
    user.delete()
