
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def refuse_if_anybody_made_any(apps, schema_editor):
    if apps.get_model("exercises", "Exercise").objects.exclude(owner=None).exists():
        raise RuntimeError("People have made exercises of their own; going back would show them to everybody.")


class Migration(migrations.Migration):

    dependencies = [
        ('exercises', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='exercise',
            name='claim',
            field=models.TextField(blank=True, help_text='Shown as its claim, not as ours. In our own words.', verbose_name='what the routine claims'),
        ),
        migrations.AddField(
            model_name='exercise',
            name='gentle',
            field=models.BooleanField(default=False, help_text='Few are done better than many: three at most.', verbose_name='part of a gentle start'),
        ),
        migrations.AddField(
            model_name='exercise',
            name='known',
            field=models.TextField(blank=True, help_text='One sentence, with its source.', verbose_name='what is known'),
        ),
        migrations.AddField(
            model_name='exercise',
            name='other_equipment',
            field=models.CharField(blank=True, max_length=120, verbose_name='other equipment'),
        ),
        migrations.AddField(
            model_name='exercise',
            name='owner',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='made by'),
        ),
        migrations.AddField(
            model_name='exercise',
            name='unknown',
            field=models.TextField(blank=True, help_text='One sentence, with its source.', verbose_name='what is not known'),
        ),
        # On the way back this comes first: without their owners, own exercises would be everybody's.
        migrations.RunPython(migrations.RunPython.noop, refuse_if_anybody_made_any),
    ]
