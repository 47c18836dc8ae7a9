from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationsConfig(AppConfig):
    """What was achieved: evaluation rounds, surveys, the council. Imports kyodo and plans, never the other way."""

    name = "evaluations"
    verbose_name = _("評価")
    default_auto_field = "django.db.models.BigAutoField"
