from datetime import timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations, models
from django.utils import timezone


def move(apps, schema_editor):
    """Whoever is signed in stays so. Nothing is left in the table that is no longer looked at."""
    older = apps.get_model("sessions", "Session").objects.all()
    newer = apps.get_model("accounts", "Session").objects
    store, lasts = SessionStore(), timedelta(seconds=settings.SESSION_COOKIE_AGE)
    newer.bulk_create(
        (
            newer.model(
                session_key=session.session_key,
                session_data=session.session_data,
                expire_date=session.expire_date,
                owner=store.decode(session.session_data).get(SESSION_KEY),
                used_at=session.expire_date - lasts,
            )
            for session in older.filter(expire_date__gt=timezone.now()).iterator()
        ),
        batch_size=1000,
    )
    older.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_pain_and_growth"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                ("session_key", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key")),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("owner", models.IntegerField(db_index=True, null=True, verbose_name="key of the person")),
                ("used_at", models.DateTimeField(default=timezone.now, verbose_name="last used")),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
    ]
