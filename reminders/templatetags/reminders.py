"""For pages that know nothing of reminders. Neither of the tags asks a database.

`{% ask_about_reminders %}` is the question, `{% push_key %}` the key by which browsers know this site.
"""

from typing import Any

from django import template

from reminders.push_key import public_key

register = template.Library()
register.simple_tag(public_key, name="push_key")


@register.inclusion_tag("reminders/_ask.html", takes_context=True)
def ask_about_reminders(context: template.Context) -> dict[str, Any]:
    user = context["user"]
    return {"asks": not user.asked_about_reminders and not user.reminds, "csrf_token": context.get("csrf_token")}
