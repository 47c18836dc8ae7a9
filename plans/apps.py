from django.apps import AppConfig


class PlansConfig(AppConfig):
    """What the city intends: plans, their editions, snapshots and clauses."""

    name = "plans"
    verbose_name = "計画"
    default_auto_field = "django.db.models.BigAutoField"
