import re
from secrets import token_hex

from django.conf import settings
from django.db import migrations, models


def name_by_the_slug(apps, schema_editor):
    """The digits of the slug, which are random already."""
    Exercise = apps.get_model("exercises", "Exercise")
    for exercise in Exercise.objects.exclude(owner=None).only("slug").iterator():
        digits = re.fullmatch(r"own-([0-9a-f]{12})", exercise.slug)
        Exercise.objects.filter(pk=exercise.pk).update(own_key=digits[1] if digits else token_hex(6))


class Migration(migrations.Migration):

    dependencies = [
        ('exercises', '0002_own_and_evidence'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='exercise',
            name='own_key',
            field=models.CharField(blank=True, default='', editable=False, max_length=12, verbose_name='key of an own exercise'),
            preserve_default=False,
        ),
        migrations.RunPython(name_by_the_slug, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='exercise',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('own_key', ''), ('owner', None)), models.Q(('owner__isnull', False), models.Q(('own_key', ''), _negated=True)), _connector='OR'), name='exercise_own_key'),
        ),
        migrations.AddConstraint(
            model_name='exercise',
            constraint=models.UniqueConstraint(condition=models.Q(('owner__isnull', False)), fields=('owner', 'own_key'), name='exercise_own_key_once'),
        ),
    ]
