from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_breaks")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="asks_pain",
            field=models.BooleanField(default=True, verbose_name="ask about pain"),
        ),
        migrations.AddField(
            model_name="user",
            name="pain_asked_on",
            field=models.DateField(
                blank=True, null=True, verbose_name="last day on which a question about pain was answered"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="pain_alarm_on",
            field=models.DateField(blank=True, null=True, verbose_name="last day with alarming pain"),
        ),
        migrations.AddField(
            model_name="user",
            name="grows_from",
            field=models.DateField(
                blank=True,
                help_text="Two kept weeks later, of which the first may be a part, one more is offered. Blank: nothing is.",
                null=True,
                verbose_name="day since which the gentle plan is as it is",
            ),
        ),
    ]
