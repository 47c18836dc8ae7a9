"""Links between clauses: added by one person with what they rest on, and public once another has confirmed them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import AuditRow, User
from ichinoseki_portal.text import RefusedText, clean
from plans import models
from plans.enums import Basis, LinkType

from .editing import EditRefused, OvertakenEdit, overtaken
from .locks import lock_edition
from .texts import newest_clause

NOTE_LIMIT = 300
CHANGEABLE = ("type", "basis", "quote_lines", "note")


@transaction.atomic
def add_link(
    *,
    origin: models.ClauseAddress,
    target: models.ClauseAddress,
    type: str,
    by: User,
    basis: str = Basis.EDITOR,
    quote_lines: Any = (),
    note: str = "",
) -> models.ClauseLink:
    """Tie two clauses. Not public until another person has confirmed it. Raises EditRefused, RefusedText."""
    values = checked_link({"type": type, "basis": basis, "quote_lines": quote_lines, "note": note})
    lock_edition(origin)
    if origin.pk == target.pk:
        raise EditRefused(_("自分自身とはつなげません。"))
    ends = {"origin": newest_clause(origin), "target": newest_clause(target)}
    for address, clause in ((origin, ends["origin"]), (target, ends["target"])):
        if clause is None and address.code and not address.clauses.exists():
            raise EditRefused(_("「%(end)s」という項目はありません。") % {"end": address})
    _refuse_double(origin, target, values["type"])
    row = models.ClauseLink.objects.create(
        origin=origin,
        target=target,
        **{f"{end}_snapshot": clause.snapshot for end, clause in ends.items() if clause},
        **values,
        author=by,
        author_name=by.shown_name,
    )
    audit.record(action="link.added", subject=row, by=by, **_ends(row))
    return row


@transaction.atomic
def change_link(*, link: models.ClauseLink, by: User, seen: dict[str, Any] | None = None, **fields: Any) -> models.ClauseLink:
    """Change a link's kind or what it rests on. It is then no longer confirmed, and not public until it is again.

    ``seen`` holds the values the editor had before them; others there now raise OvertakenEdit. Raises EditRefused.
    """
    if unknown := set(fields) - set(CHANGEABLE):
        raise TypeError(f"not changeable: {', '.join(sorted(unknown))}")
    row = _under_lock(link)
    now = {name: getattr(row, name) for name in CHANGEABLE}
    if seen is not None and any(now[name] != seen[name] for name in CHANGEABLE if name in seen):
        raise OvertakenEdit(overtaken())
    values = checked_link({**now, **fields})
    if values == now:
        return row
    if values["type"] != row.type:
        _refuse_double(row.origin, row.target, values["type"])
    for name, value in values.items():
        setattr(row, name, value)
    row.confirmed_at, row.approver = None, None
    row.author, row.author_name = by, by.shown_name
    row.save()
    audit.record(action="link.changed", subject=row, by=by, fields=sorted(name for name in now if now[name] != values[name]))
    return row


@transaction.atomic
def confirm_link(*, link: models.ClauseLink, by: User, seen: dict[str, Any] | None = None) -> models.ClauseLink:
    """Let a link be public. Refused (EditRefused) for whoever made or changed it."""
    row = _under_lock(link)
    if seen is not None and any(getattr(row, name) != seen[name] for name in seen):
        raise OvertakenEdit(overtaken())
    if row.confirmed_at:
        raise EditRefused(_("この関係は、もう確かめてあります。"))
    trail = AuditRow.objects.filter(subject=f"{row._meta.label}:{row.pk}", action__in=["link.added", "link.changed"])
    if by.pk in {row.author_id, *trail.values_list("actor_id", flat=True)}:
        raise EditRefused(_("自分がつなげた関係は、自分では確かめられません。ほかの人に頼んでください。"))
    row.confirmed_at, row.approver = timezone.now(), by
    row.save(update_fields=["confirmed_at", "approver"])
    audit.record(action="link.confirmed", subject=row, by=by, **_ends(row))
    return row


@transaction.atomic
def drop_link(*, link: models.ClauseLink, by: User, why: str) -> None:
    """Take a link away, with a reason; the audit trail keeps what it was."""
    if not (why := clean(why).strip()):
        raise EditRefused(_("関係を外す理由を書いてください。"))
    row = _under_lock(link)
    audit.record(action="link.dropped", subject=row, by=by, why=why, **_ends(row))
    row.delete()


def _under_lock(link: models.ClauseLink) -> models.ClauseLink:
    lock_edition(link.origin)
    row = models.ClauseLink.objects.select_related("origin__edition__plan", "target__edition__plan").filter(pk=link.pk).first()
    if row is None:
        raise EditRefused(_("この関係は、もう外されています。"))
    return row


def _refuse_double(origin: models.ClauseAddress, target: models.ClauseAddress, type: str) -> None:
    if models.ClauseLink.objects.filter(origin=origin, target=target, type=type).exists():
        raise EditRefused(_("同じ関係がもうあります。"))


def _ends(row: models.ClauseLink) -> dict[str, Any]:
    return {"origin": str(row.origin), "target": str(row.target), "type": row.type, "basis": row.basis}


def checked_link(values: dict[str, Any]) -> dict[str, Any]:
    """A link's values as stored. What the text is said to state must be shown: its lines, or its words in the note."""
    if values["type"] not in LinkType.values:
        raise EditRefused(_("その関係はありません。"))
    if values["basis"] not in Basis.values:
        raise EditRefused(_("よりどころを選んでください。"))
    note, lines = clean(values["note"] or "").strip(), list(values["quote_lines"] or [])
    if len(note) > NOTE_LIMIT:
        raise RefusedText(_("長すぎます。%(limit)s字までにしてください。") % {"limit": NOTE_LIMIT})
    if not all(isinstance(line, int) and not isinstance(line, bool) and line > 0 for line in lines):
        raise EditRefused(_("よりどころの行は、行の番号で書いてください。"))
    if values["basis"] == Basis.STATED and not note and not lines:
        raise EditRefused(_("「本文に明記」とするときは、その行の番号か、書いてある言葉を説明の欄に書いてください。"))
    return {"type": values["type"], "basis": values["basis"], "quote_lines": lines, "note": note}
