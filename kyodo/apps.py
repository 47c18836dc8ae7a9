from django.apps import AppConfig


class KyodoConfig(AppConfig):
    """What people do together: voices, replies, joint projects. Imports plans, never the other way."""

    name = "kyodo"
    verbose_name = "協働"
    default_auto_field = "django.db.models.BigAutoField"
