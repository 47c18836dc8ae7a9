"""Addresses of plans. A key or code that cannot be one is a 404 before anything is asked."""

from django.urls import path, register_converter

from plans.models.clauses import CODE_PATTERN
from plans.models.editions import KEY_PATTERN, is_reserved

from .views import comparison, data, overview, reading


class KeyConverter:
    """A plan's or an edition's key. Words that mean something in addresses (latest, v3 …) are none: see ``RESERVED_KEYS``."""

    regex = KEY_PATTERN

    def to_python(self, value: str) -> str:
        if is_reserved(value):
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        return value


class CodeConverter(KeyConverter):
    regex = CODE_PATTERN


class FormConverter(KeyConverter):
    regex = "json|txt|csv"


class SequenceConverter:
    """The number of a snapshot, written in one way only: v1, never v01."""

    regex = "0|[1-9][0-9]{0,5}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(KeyConverter, "plankey")
register_converter(FormConverter, "dataform")
register_converter(SequenceConverter, "sequence")
register_converter(CodeConverter, "clausecode")

app_name = "plans"
urlpatterns = [
    path("", reading.plan_list, name="plan_list"),
    path("feed/", data.feed, name="feed"),
    path("family/", overview.family, name="family"),
    path("relations/", overview.relations, name="relations"),
    path("terms/", overview.terms, name="terms"),
    path("matrix/", overview.matrix_choices, name="matrix_choice"),
    path("matrix/<plankey:plan>/<plankey:edition>/<plankey:other_plan>/<plankey:other_edition>/", overview.matrix, name="matrix"),
    path("<plankey:plan>/", reading.plan_detail, name="plan_detail"),
    path("<plankey:plan>/latest/", reading.plan_latest, name="plan_latest"),
    path("<plankey:plan>/compare/", comparison.compare_choice, name="compare_choice"),
    path(
        "<plankey:plan>/compare/<plankey:old>/v<sequence:old_sequence>/<plankey:new>/v<sequence:new_sequence>/",
        comparison.compare,
        name="compare",
    ),
    path("<plankey:plan>/<plankey:edition>/", reading.edition_detail, name="edition_detail"),
    path("<plankey:plan>/<plankey:edition>/errata/", comparison.errata, name="errata"),
    path("<plankey:plan>/<plankey:edition>/v<sequence:sequence>/", reading.snapshot_detail, name="snapshot_detail"),
    path(
        "<plankey:plan>/<plankey:edition>/v<sequence:sequence>/<clausecode:code>/",
        reading.snapshot_clause,
        name="snapshot_clause",
    ),
    path("<plankey:plan>/<plankey:edition>/v<sequence:sequence>/plan.<dataform:form>", data.snapshot_file, name="snapshot_file"),
    path("<plankey:plan>/<plankey:edition>/<clausecode:code>/figure.svg", data.figure, name="figure"),
    path("<plankey:plan>/<plankey:edition>/<clausecode:code>/", reading.clause_detail, name="clause_detail"),
    path("<plankey:plan>/<plankey:edition>/<clausecode:code>/latest/", reading.clause_latest, name="clause_latest"),
]
