from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """The ground every other app stands on: people, moves, audit, outbox, search tables."""

    name = "ichinoseki_portal"
    label = "portal"
    verbose_name = _("利用者と記録")
    default_auto_field = "django.db.models.BigAutoField"


class PortalAdminConfig(AdminConfig):
    """Django's admin with our site in its place."""

    default_site = "ichinoseki_portal.admin_site.PortalAdminSite"
