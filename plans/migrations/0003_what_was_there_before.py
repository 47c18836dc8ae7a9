"""Rows from before the road: links were public, so they count as confirmed; a succession of clauses belongs to the text that states it."""

from django.db import migrations
from django.utils import timezone


def bring_forward(apps, schema_editor):
    Snapshot = apps.get_model("plans", "Snapshot")
    Succession = apps.get_model("plans", "Succession")
    Move = apps.get_model("portal", "Move")
    apps.get_model("plans", "ClauseLink").objects.update(confirmed_at=timezone.now())
    for row in Snapshot.objects.filter(state="withdrawn"):
        move = Move.objects.filter(subject_type="plans.Snapshot", subject_id=row.pk, name="withdraw").order_by("-id").first()
        row.withdrawn_at = move.at if move else timezone.now()
        row.withdrawn_why = (move and move.why) or "－"
        row.save(update_fields=["withdrawn_at", "withdrawn_why"])
    newest = {row.edition_id: row for row in Snapshot.objects.exclude(state="withdrawn").order_by("sequence")}
    for row in Succession.objects.select_related("old", "new"):
        if any(end is not None and end.code for end in (row.old, row.new)) and row.edition_id in newest:
            Succession.objects.filter(pk=row.pk).update(snapshot=newest[row.edition_id])


class Migration(migrations.Migration):
    dependencies = [("plans", "0002_the_road_and_comparison"), ("portal", "0003_routes_by_post")]
    operations = [migrations.RunPython(bring_forward, migrations.RunPython.noop)]
