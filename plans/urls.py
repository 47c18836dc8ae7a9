"""Addresses of plans. A key or code that cannot be one is a 404 before anything is asked."""

from django.urls import path, register_converter

from plans.models.clauses import CODE_PATTERN
from plans.models.editions import KEY_PATTERN

from .views import reading


class KeyConverter:
    regex = KEY_PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class CodeConverter(KeyConverter):
    regex = CODE_PATTERN


register_converter(KeyConverter, "plankey")
register_converter(CodeConverter, "clausecode")

app_name = "plans"
urlpatterns = [
    path("", reading.plan_list, name="plan_list"),
    path("<plankey:plan>/", reading.plan_detail, name="plan_detail"),
    path("<plankey:plan>/<plankey:edition>/", reading.edition_detail, name="edition_detail"),
    path("<plankey:plan>/<plankey:edition>/<clausecode:code>/", reading.clause_detail, name="clause_detail"),
]
