"""The trail: chained, append-only in the database itself, and honest when someone gets round that."""

import pytest
from django.db import DatabaseError, connection, transaction

from ichinoseki_portal import audit
from ichinoseki_portal.models import AuditRow
from ichinoseki_portal.tests.racing import race

CHANGES = {
    "update": "UPDATE portal_auditrow SET action = 'other' WHERE id = %s",
    "delete": "DELETE FROM portal_auditrow WHERE id = %s",
}


@pytest.fixture
def trail(staff):
    return [audit.record(action="test.deed", subject=staff, by=staff, number=number, words="版") for number in range(3)]


def execute(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def triggers_off():
    if connection.vendor == "postgresql":
        execute("ALTER TABLE portal_auditrow DISABLE TRIGGER portal_auditrow_append_only")
    else:
        execute("DROP TRIGGER portal_auditrow_no_update")
        execute("DROP TRIGGER portal_auditrow_no_delete")


@pytest.mark.django_db
def test_the_chain_holds_and_rows_hold_ids(trail, staff):
    assert audit.first_broken() is None
    assert trail[0].previous_mac == audit.START
    assert [row.previous_mac for row in trail[1:]] == [row.mac for row in trail[:-1]]
    row = AuditRow.objects.get(pk=trail[1].pk)
    assert (row.actor_id, row.subject, row.detail) == (staff.pk, f"portal.User:{staff.pk}", {"number": 1, "words": "版"})


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses(trail, change):
    with pytest.raises(DatabaseError, match="append-only"):
        execute(CHANGES[change], trail[1].pk)
    assert AuditRow.objects.filter(action="test.deed").count() == 3


@pytest.mark.django_db
def test_the_orm_is_refused_as_well(trail):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditRow.objects.filter(pk=trail[0].pk).delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditRow.objects.update(action="other")


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "broken"), [("update", 1), ("delete", 2)])
def test_a_change_behind_the_triggers_is_found(trail, change, broken):
    triggers_off()
    execute(CHANGES[change], trail[1].pk)
    assert audit.first_broken() == trail[broken].pk


@pytest.mark.django_db
def test_a_row_of_another_key_is_found(trail, settings):
    settings.SECRET_KEY = "another-key"
    assert audit.first_broken() == trail[0].pk


@pytest.mark.django_db
def test_the_row_goes_back_with_the_deed(staff):
    before = AuditRow.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(action="test.deed", subject=staff, by=None)
        raise ZeroDivisionError
    assert AuditRow.objects.count() == before


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_several_writers_make_one_chain(staff):
    results = race(*[lambda: [audit.record(action="test.race", subject=staff, by=staff) for _ in range(5)]] * 4)
    assert all(isinstance(result, list) for result in results), results
    assert AuditRow.objects.filter(action="test.race").count() == 20
    assert audit.first_broken() is None
