"""A public text that somebody changed behind the portal's back is found, and so is a broken trail."""

import pytest
from django.core.management import CommandError, call_command

from ichinoseki_portal.models import AuditRow
from plans import models
from plans.tests.factories import list_document, publish, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def public(person):
    draft = take_in(list_document("市は、地域の活動を支えます。")).snapshot
    return publish(draft, author=person("editor"), approver=person("approver"))


def test_all_is_as_published(public, capsys):
    call_command("verify_published")
    assert "公開したときのまま" in capsys.readouterr().out


def test_a_changed_text_is_named(public):
    models.Clause.objects.filter(code="1.1").update(body="市は、何もしません。")
    with pytest.raises(CommandError, match=r"第２次 見本計画.*公開したときと違います"):
        call_command("verify_published")


def test_a_forged_audit_row_is_named(public):
    row = AuditRow.objects.earliest("id")
    forged = AuditRow(pk=row.pk + 10_000, at=row.at, action="forged", subject="x", previous_mac="0" * 64, mac="0" * 64)
    forged.save(force_insert=True)
    with pytest.raises(CommandError, match=f"監査記録の{forged.pk}番"):
        call_command("verify_published")
