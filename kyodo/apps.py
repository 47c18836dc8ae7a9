from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KyodoConfig(AppConfig):
    """What people do together: voices, replies, joint projects. Imports plans, never the other way."""

    name = "kyodo"
    verbose_name = _("協働")
    default_auto_field = "django.db.models.BigAutoField"
