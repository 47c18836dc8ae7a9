"""What pages show with a clause is put down when its snapshot is published; here for those published before.

A small copy of ``actions.freezing`` as it was: a migration must not follow later changes of the code.
"""

import re
from collections import defaultdict

from django.db import migrations

MARK_ONLY = re.compile(r"^[^\w（(【]?$")
JOINS_ON = re.compile(r"^[（(①-⑳]")
TERM = ("term", "reading", "definition", "as_of_words")
INDICATOR = (
    *("name", "unit", "baseline_value", "baseline_year", "baseline_words"),
    *("target_value", "target_year", "target_words", "direction", "kind"),
)


def chain(clauses):
    words = ""
    for clause in clauses:
        step = f"{clause.label}{clause.title}" if MARK_ONLY.match(clause.label) else clause.label
        words += step if not words or JOINS_ON.match(step) else f" {step}"
    return words


def rows_of(model, snapshot, fields):
    rows = model.objects.filter(snapshot=snapshot).order_by("position", "id").values("address_id", *fields)
    return [(row.pop("address_id"), row) for row in rows]


def freeze(apps, schema_editor):
    get = lambda name: apps.get_model("plans", name)
    for snapshot in get("Snapshot").objects.filter(state__in=["published", "withdrawn"]):
        terms, indicators = rows_of(get("Term"), snapshot, TERM), rows_of(get("Indicator"), snapshot, INDICATOR)
        actors = defaultdict(list)
        for row in get("ClauseActor").objects.filter(clause__snapshot=snapshot).order_by("clause", "position"):
            actors[row.clause_id].append([row.role, row.name])
        clauses = list(get("Clause").objects.filter(snapshot=snapshot).order_by("position"))
        above = {None: []}
        for clause in clauses:
            above[clause.pk] = [*above[clause.parent_id], clause]
            clause.frozen = {
                "where": chain(above[clause.pk]),
                "actors": actors[clause.pk],
                "terms": [row for address, row in terms if address == clause.address_id],
                "indicators": [row for address, row in indicators if address == clause.address_id],
            }
        if clauses:
            clauses[0].frozen["whole"] = {"terms": [row for _, row in terms], "indicators": [row for _, row in indicators]}
        get("Clause").objects.bulk_update(clauses, ["frozen"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("plans", "0006_uploads_wait_for_a_yes")]
    operations = [migrations.RunPython(freeze, migrations.RunPython.noop)]
