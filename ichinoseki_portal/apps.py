from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The ground every other app stands on: people, moves, audit, outbox, search tables."""

    name = "ichinoseki_portal"
    label = "portal"
    verbose_name = "利用者と記録"
    default_auto_field = "django.db.models.BigAutoField"
