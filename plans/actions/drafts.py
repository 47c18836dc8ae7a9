"""Beginning, describing and throwing away drafts: the next stage of an edition, and the next edition of a plan."""

from __future__ import annotations

import copy
import re
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import AuditRow, User
from ichinoseki_portal.text import RefusedText, clean
from ichinoseki_portal.workflow import moves_of
from plans import models
from plans.enums import DECIDED_STAGES, RESERVED_KEYS, Stage, State, SuccessionKind
from plans.reader import document as doc

from . import storing
from .alignment import words_hash
from .copying import copy_content
from .fact_checks import checked_facts
from .facts import columns, facts_json
from .locks import EditRefused, open_draft
from .stages import checked_stage as checked_stage
from .stages import refuse_second
from .stubs import is_stub_edition

_KEY = re.compile(rf"{models.editions.KEY_PATTERN}\Z")
NOTE_LIMIT = 2000


@transaction.atomic
def start_draft(*, edition: models.Edition, stage: str, by: User, number: int | None = None, note: str = "") -> models.Snapshot:
    """The next draft of an edition: a copy of its newest text, with what that states of the edition before.

    One at a time: refused (EditRefused) while another is on its way, or waits for its moment. Text begins with an import.
    """
    models.Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    rows = list(edition.snapshots.order_by("sequence"))
    refuse_second(rows)
    base = next((row for row in reversed(rows) if row.state != State.WITHDRAWN and not row.is_outline), None)
    if base is None:
        raise EditRefused(_("この版には、まだ本文がありません。先に文書を取り込んでください。"))
    snapshot = models.Snapshot(
        edition=edition,
        sequence=rows[-1].sequence + 1,
        stage=checked_stage(stage, rows),
        number=_free_number(rows, stage) if number is None else checked_number(rows, stage, number),
        facts=copy.deepcopy(base.facts),
        note=checked_note(note),
        based_on=base,
        author=by,
    )
    snapshot.save()
    copy_content(base, snapshot)
    _copy_successions(base, snapshot)
    audit.record(action="draft.started", subject=snapshot, by=by, base=base.pk)
    return snapshot


def _free_number(rows: list[models.Snapshot], stage: str) -> int:
    return max((row.number for row in rows if row.stage == stage), default=0) + 1


def checked_number(rows: list[models.Snapshot], stage: str, number: int) -> int:
    if not 1 <= number <= 1000:
        raise EditRefused(_("番号は1から1000までにしてください。"))
    if any(row.stage == stage and row.number == number for row in rows):
        raise EditRefused(_("同じ段階・番号のものがあります。"))
    return number


def checked_note(words: str) -> str:
    words = clean(words).strip()
    if len(words) > NOTE_LIMIT:
        raise RefusedText(_("長すぎます。%(limit)s字までにしてください。") % {"limit": NOTE_LIMIT})
    return words


def _copy_successions(base: models.Snapshot, snapshot: models.Snapshot) -> None:
    rows = base.successions.values("old_id", "new_id", "kind", "reason").order_by("id")
    made = [models.Succession(edition_id=snapshot.edition_id, snapshot=snapshot, **row) for row in rows]
    models.Succession.objects.bulk_create(made, batch_size=storing.BATCH)


# --- the next edition ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def start_edition(
    *,
    edition: models.Edition,
    key: str,
    title: str,
    by: User,
    ordinal: str = "",
    first_fiscal_year: int | None = None,
    last_fiscal_year: int | None = None,
    period_words: str = "",
) -> models.Edition:
    """The next edition of the plan, unlisted, with a first draft (素案1) from the text of ``edition`` that counts.

    It has the same codes, and states of each clause that it was kept; texts about clauses come along. Raises
    EditRefused, or RefusedText for text that must not be stored.
    """
    models.Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    base = _text_that_counts(edition)
    facts = _new_facts(key, title, ordinal, first_fiscal_year, last_fiscal_year, period_words)
    new = _next_edition(edition, key, facts)
    snapshot = models.Snapshot.objects.create(
        edition=new, sequence=1, stage=Stage.DRAFT, number=1, facts=facts, based_on=base, author=by
    )
    codes = list(base.clauses.order_by("position").values_list("code", flat=True))
    addresses = storing.addresses_for(new, ["", *codes])
    copy_content(base, snapshot, addresses)
    old = storing.addresses_for(edition, ["", *codes])
    stated = [
        models.Succession(edition=new, snapshot=snapshot, old=old[code], new=addresses[code], kind=SuccessionKind.KEPT)
        for code in codes
    ]
    whole = models.Succession(edition=new, old=old[""], new=addresses[""], kind=SuccessionKind.CHANGED)
    models.Succession.objects.bulk_create([*stated, whole], batch_size=storing.BATCH)
    _copy_texts(edition, addresses, codes)
    audit.record(action="edition.started", subject=new, by=by, base=base.pk)
    audit.record(action="draft.started", subject=snapshot, by=by, base=base.pk)
    return new


def _text_that_counts(edition: models.Edition) -> models.Snapshot:
    """As readers see it (``selectors.current``): the newest decided text that is public, else the newest released draft."""
    public = edition.snapshots.filter(state=State.PUBLISHED, published_at__lte=timezone.now()).exclude(stage=Stage.OUTLINE)
    rows = sorted(public, key=lambda row: (row.stage in DECIDED_STAGES, row.sequence))
    if not rows:
        raise EditRefused(_("この版には、公開した本文がまだありません。本文を公開してから、次の版を始めてください。"))
    return rows[-1]


def _new_facts(key: str, title: str, ordinal: str, first: int | None, last: int | None, period_words: str) -> dict[str, Any]:
    if not _KEY.match(key):
        raise EditRefused(_("キーは、小文字の英数字とハイフンで、40字までにしてください。例 2027"))
    if key in RESERVED_KEYS or re.fullmatch(r"v\d+", key):
        raise EditRefused(_("「%(key)s」はアドレスで使う言葉なので、キーにできません。") % {"key": key})
    facts = doc.EditionFacts(key, title, ordinal, doc.Period(first, last, period_words))
    return checked_facts(facts_json(facts))


def _next_edition(edition: models.Edition, key: str, facts: dict[str, Any]) -> models.Edition:
    """A new row, or one of which nothing is known but the key a tie has named."""
    stub = models.Edition.objects.filter(plan=edition.plan_id, key=key).first()
    taken = EditRefused(_("この計画には「%(key)s」の版がもうあります。別のキーにしてください。") % {"key": key})
    if stub is not None and not is_stub_edition(stub):
        raise taken
    new = stub or models.Edition(plan=edition.plan, key=key)
    for name, value in columns(facts).items():
        setattr(new, name, value)
    new.text_held = True
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError:  # somebody began it at the same moment
        raise taken from None
    return new


def _copy_texts(edition: models.Edition, addresses: dict[str, models.ClauseAddress], codes: list[str]) -> None:
    """Confirmed texts about the clauses come along: they say of themselves for which words they were written."""
    here = set(codes)
    have = set(models.ClauseText.objects.filter(address__edition=addresses[""].edition).values_list("address_id", "kind"))
    rows = models.ClauseText.objects.filter(address__edition=edition).exclude(text="").select_related("address")
    made = [
        models.ClauseText(
            address=addresses[row.address.code],
            kind=row.kind,
            text=row.text,
            written_for=row.written_for,
            author_name=row.author_name,
            approver_name=row.approver_name,
            author_id=row.author_id,
            approver_id=row.approver_id,
        )
        for row in rows
        if row.address.code in here and (addresses[row.address.code].pk, row.kind) not in have
    ]
    models.ClauseText.objects.bulk_create(made, batch_size=storing.BATCH)


# --- throwing away -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def discard_draft(*, snapshot: models.Snapshot, by: User, why: str) -> None:
    """Throw away a draft that nobody needs, with a reason. Its addresses stay, so that its codes are not given to others.

    Refused (EditRefused) once it has been on the road. An edition begun for it alone goes with it.
    """
    open_draft(snapshot)
    why = clean(why).strip()
    if not why:
        raise EditRefused(_("捨てる理由を書いてください。"))
    if snapshot.is_outline:
        raise EditRefused(_("要約は、ここでは捨てられません。"))
    if moves_of(snapshot).exists() or snapshot.remarks.exists() or snapshot.followers.exists():
        raise EditRefused(_on_record())
    edition = snapshot.edition
    _remember_words(snapshot)
    models.ClauseLink.objects.filter(origin_snapshot=snapshot).update(origin_snapshot=None)
    models.ClauseLink.objects.filter(target_snapshot=snapshot).update(target_snapshot=None)
    snapshot.successions.all().delete()
    storing.empty(snapshot)
    audit.record(action="draft.discarded", subject=snapshot, by=by, edition=edition.pk, sequence=snapshot.sequence, why=why)
    try:
        models.Snapshot.objects.filter(pk=snapshot.pk).delete()
    except ProtectedError:
        raise EditRefused(_on_record()) from None
    _discard_edition(edition, by)


def _on_record() -> str:
    return _("決裁に回したことがあるか、指摘などが付いているので、記録として残ります。段階や本文を直して使ってください。")


def _remember_words(snapshot: models.Snapshot) -> None:
    """Codes that only this draft has used are taken for good."""
    rows = snapshot.clauses.select_related("address").filter(address__last_words="")
    addresses = []
    for row in rows:
        row.address.last_words = words_hash(row.title, row.body)
        addresses.append(row.address)
    models.ClauseAddress.objects.bulk_update(addresses, ["last_words"], batch_size=storing.BATCH)


def _discard_edition(edition: models.Edition, by: User) -> None:
    """An edition that ``start_edition`` made goes too, unless anything hangs on it: an import, a tie, a text written for it."""
    begun = AuditRow.objects.filter(action="edition.started", subject=f"plans.Edition:{edition.pk}").exists()
    texts = models.ClauseText.objects.filter(address__edition=edition)
    if not begun or edition.listed_at is not None or texts.exclude(version=1, proposed="").exists():
        return
    try:
        with transaction.atomic():
            models.Succession.objects.filter(edition=edition, snapshot=None).delete()
            models.ClauseText.history.filter(address__edition=edition).delete()
            texts._raw_delete(texts.db)  # copies whose originals stand where they were
            models.ClauseAddress.objects.filter(edition=edition).delete()
            models.Edition.objects.filter(pk=edition.pk).delete()
    except ProtectedError:
        return
    audit.record(action="edition.discarded", subject=edition, by=by, key=edition.key)
