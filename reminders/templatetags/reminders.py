"""`{% ask_about_reminders %}`: the question on a page that knows nothing of reminders. It asks no database."""

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("reminders/_ask.html", takes_context=True)
def ask_about_reminders(context: template.Context) -> dict[str, Any]:
    user = context["user"]
    return {"asks": not user.asked_about_reminders and not user.reminds, "csrf_token": context.get("csrf_token")}
