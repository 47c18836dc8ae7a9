"""所管課 of a clause, by fiscal year."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import Department, User
from ichinoseki_portal.text import RefusedText, clean_name
from plans import models

from .editing import EditRefused, OvertakenEdit, overtaken
from .locks import lock_edition

YEARS = range(1950, 2201)
LIMIT = 80
AT_MOST = 20


@transaction.atomic
def set_departments(
    *, address: models.ClauseAddress, fiscal_year: int, names: Sequence[str], by: User, seen: Sequence[str] | None = None
) -> bool:
    """Let exactly these departments be in charge in that fiscal year, in this order. Returns whether anything changed.

    ``seen`` are the names the editor had before them; others there now raise OvertakenEdit. A name is that of its year; it is
    matched to a Department of the same name where there is one. Raises EditRefused, RefusedText.
    """
    wanted = checked_names(names)
    if fiscal_year not in YEARS:
        raise EditRefused(_("年度は、西暦4桁で書いてください。"))
    lock_edition(address)
    rows = models.ClauseDepartment.objects.filter(address=address, fiscal_year=fiscal_year)
    now = list(rows.order_by("pk").values_list("name", flat=True))
    if seen is not None and set(now) != set(seen):
        raise OvertakenEdit(overtaken())
    if now == wanted:
        return False
    rows.delete()  # written anew, because their order is that of their writing
    known = {row.name: row for row in Department.objects.filter(name__in=wanted)}
    for name in wanted:
        models.ClauseDepartment.objects.create(address=address, fiscal_year=fiscal_year, name=name, department=known.get(name))
    audit.record(action="departments.set", subject=address, by=by, fiscal_year=fiscal_year, names=wanted, before=now)
    return True


def checked_names(names: Sequence[str]) -> list[str]:
    """Each name once, without blanks around it. Raises EditRefused, RefusedText."""
    found = list(dict.fromkeys(name for name in (clean_name(one).strip() for one in names) if name))
    if any(len(name) > LIMIT or "\n" in name for name in found):
        raise RefusedText(_("長すぎます。%(limit)s字までにしてください。") % {"limit": LIMIT})
    if len(found) > AT_MOST:
        raise EditRefused(_("所管課は%(limit)sまでにしてください。") % {"limit": AT_MOST})
    return found


def split_names(words: str) -> list[str]:
    """Department names as people write them into one field: parted by 、 or , or a line end."""
    for mark in ("、", "，", ",", ";", "；"):
        words = words.replace(mark, "\n")
    return [one.strip() for one in words.split("\n") if one.strip()]
