from django.conf import settings
from django.http import HttpRequest


def mail(request: HttpRequest) -> dict[str, bool]:
    """Whether mails leave this machine, so that no page promises one in vain."""
    return {"has_mail_server": settings.HAS_MAIL_SERVER}
