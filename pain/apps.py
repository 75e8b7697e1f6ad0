from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PainConfig(AppConfig):
    name = "pain"
    verbose_name = _("Pain")
