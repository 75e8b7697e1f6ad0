from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class KeepingConfig(AppConfig):
    name = "keeping"
    verbose_name = _("Keeping")

    def ready(self) -> None:
        from keeping.promises import broken

        checks.register(broken, checks.Tags.database)
