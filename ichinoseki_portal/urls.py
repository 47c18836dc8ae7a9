"""Addresses. Public pages first, the admin under its own door."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
