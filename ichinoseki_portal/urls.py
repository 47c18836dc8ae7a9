"""Addresses. Public pages first, the admin under its own door."""

from django.contrib import admin
from django.urls import include, path

from . import sitemaps, views

urlpatterns = [
    path("", views.home, name="home"),
    path("plans/", include("plans.urls")),
    path("health/", views.health, name="health"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:name>.xml", sitemaps.part, name="sitemap_part"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("theme.css", views.theme, name="theme"),
    path("admin/", admin.site.urls),
]

handler400 = "ichinoseki_portal.views.bad_request"
handler403 = "ichinoseki_portal.views.refused"
handler404 = "ichinoseki_portal.views.not_found"
handler500 = "ichinoseki_portal.views.server_error"
