from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    """What was achieved: evaluation rounds, surveys, the council. Imports kyodo and plans, never the other way."""

    name = "evaluations"
    verbose_name = "評価"
    default_auto_field = "django.db.models.BigAutoField"
