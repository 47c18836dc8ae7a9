from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    """What the city intends: plans, their editions, snapshots and clauses."""

    name = "plans"
    verbose_name = _("計画")
    default_auto_field = "django.db.models.BigAutoField"
