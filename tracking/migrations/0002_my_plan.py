import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def copy_from_the_exercise(apps, schema_editor):
    PlanItem = apps.get_model("tracking", "PlanItem")
    columns = [
        "number",
        *("seconds_at_least", "seconds_at_most"),
        *("repetitions_at_least", "repetitions_at_most"),
    ]
    exercise = apps.get_model("exercises", "Exercise").objects.filter(pk=models.OuterRef("exercise_id"))
    PlanItem.objects.update(
        **{column: models.Subquery(exercise.values(column)[:1]) for column in columns}
    )


class Migration(migrations.Migration):

    dependencies = [
        ('exercises', '0002_own_and_evidence'),
        ('tracking', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('pk', models.CompositePrimaryKey('user_id', 'starts_on', blank=True, editable=False, primary_key=True, serialize=False)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until before')),
                ('reason', models.CharField(choices=[('illness', 'illness'), ('travel', 'travel'), ('flare-up', 'flare-up'), ('other', 'something else')], max_length=8, verbose_name='reason')),
                ('keeps', models.JSONField(blank=True, default=list, verbose_name='exercises that go on at their minimum')),
            ],
            options={
                'verbose_name': 'pause',
                'verbose_name_plural': 'pauses',
            },
        ),
        migrations.CreateModel(
            name='Skip',
            fields=[
                ('pk', models.CompositePrimaryKey('user_id', 'day', 'exercise_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('day', models.DateField(verbose_name='day')),
                ('exercise', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.RESTRICT, to='exercises.exercise')),
                ('reason', models.CharField(choices=[('sore', 'sore'), ('no-time', 'no time'), ('no-equipment', 'no equipment'), ('other', 'something else')], max_length=12, verbose_name='reason')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
            ],
            options={
                'verbose_name': 'skipped exercise',
                'verbose_name_plural': 'skipped exercises',
            },
        ),
        migrations.AddField(
            model_name='planitem',
            name='number',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='place in the plan'),
        ),
        migrations.AddField(
            model_name='planitem',
            name='repetitions_at_least',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='repetitions, at least'),
        ),
        migrations.AddField(
            model_name='planitem',
            name='repetitions_at_most',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='repetitions, at most'),
        ),
        migrations.AddField(
            model_name='planitem',
            name='seconds_at_least',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='seconds a repetition, at least'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='planitem',
            name='seconds_at_most',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='seconds a repetition, at most'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='planitem',
            name='slot_names',
            field=models.CharField(blank=True, max_length=820, verbose_name='names of the doses of a day'),
        ),
        migrations.AlterField(
            model_name='planitem',
            name='exercise',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.RESTRICT, to='exercises.exercise'),
        ),
        migrations.AlterField(
            model_name='completion',
            name='exercise',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.RESTRICT, to='exercises.exercise'),
        ),
        # The dose that the exercise had all along, and its place in the routine.
        migrations.RunPython(copy_from_the_exercise, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='planitem',
            constraint=models.CheckConstraint(condition=models.Q(('seconds_at_least__gte', 1), ('seconds_at_most__gte', models.F('seconds_at_least')), ('seconds_at_most__lte', 3600)), name='planitem_seconds', violation_error_message='Seconds run from 1 upwards, to at most one hour.'),
        ),
        migrations.AddConstraint(
            model_name='planitem',
            constraint=models.CheckConstraint(condition=models.Q(('repetitions_at_least__gte', 1), ('repetitions_at_most__gte', models.F('repetitions_at_least')), ('repetitions_at_most__lte', 100)), name='planitem_repetitions', violation_error_message='Repetitions run from 1 upwards, to at most 100.'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='pause_span'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['illness', 'travel', 'flare-up', 'other'])), name='pause_reason'),
        ),
        migrations.AddConstraint(
            model_name='skip',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['sore', 'no-time', 'no-equipment', 'other'])), name='skip_reason'),
        ),
    ]
