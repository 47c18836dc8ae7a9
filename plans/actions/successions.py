"""What became of each clause of the edition before, kept true while a draft of the newer edition is worked on.

A draft that ``drafts.start_edition`` made states one row for each clause: kept. Editing turns it to changed, removing to dropped,
adding makes one; merges, splits and renamings are said by hand. A snapshot that states none (the first of its
plan) is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from ichinoseki_portal import audit
from ichinoseki_portal.models import User
from ichinoseki_portal.text import RefusedText, clean
from ichinoseki_portal.workflow import MoveRefused
from plans import models
from plans.enums import SuccessionKind

from .locks import EditRefused, open_draft
from .statements import ADDED, BATCH, CHANGED, KEPT, MERGED, ONE_TO_ONE, SPLIT, Statements, fill, origin_of, take_over

REASON_LIMIT = 1000
NAMED = 5  # clauses a refusal names

# --- kept true by other deeds: the caller holds the edition's lock ----------------------------------------------------


def note_edit(snapshot: models.Snapshot, address: models.ClauseAddress, by: User | None = None) -> None:
    """The official words at an address were edited: kept turns to changed, and back when the old words stand there again."""
    if not snapshot.successions.filter(new=address, old__isnull=False, kind__in=ONE_TO_ONE).exists():
        return
    statements = Statements(snapshot)
    statements.read_words()
    for pair in statements.of_new(address.pk):
        statements.settle(pair)
    statements.save()


def note_removed(snapshot: models.Snapshot, addresses: Iterable[models.ClauseAddress], by: User | None = None) -> None:
    """Clauses were taken out of a draft: what they followed from is dropped."""
    statements = Statements(snapshot)
    if not statements.rows:
        return
    statements.read_words()
    for address in addresses:
        statements.leave(address.pk)
    statements.save()


def note_added(snapshot: models.Snapshot, address: models.ClauseAddress, by: User | None = None) -> None:
    """A clause came in: it follows from none."""
    statements = Statements(snapshot)
    if statements.rows and not statements.of_new(address.pk):
        statements.put(None, address.pk, ADDED)
        statements.save()


def rebuild(snapshot: models.Snapshot) -> bool:
    """Make the rows fit the text again after an import has replaced it, or begun the next snapshot. Returns whether any changed.

    What people said by hand stays where both ends do. For an edition that was not begun from another, nothing is done.
    """
    origin = origin_of(snapshot)
    if origin is None:
        return False
    statements = Statements(snapshot)
    if not statements.rows and not take_over(snapshot, statements):
        return False
    fill(statements, origin)
    return statements.save()


# --- said by hand ----------------------------------------------------------------------------------------------------


@transaction.atomic
def merge(*, snapshot: models.Snapshot, old_codes: Iterable[str], new_code: str, by: User, reason: str = "") -> None:
    """Several clauses of the edition before became one. Those the newer one followed from already belong to them."""
    statements, old_at, new_at = _opened(snapshot)
    words = _reason(reason)
    olds = [_found(old_at, code, _("前の版")) for code in dict.fromkeys(old_codes)]
    new = _found(new_at, new_code, _("新しい版"))
    everyone = list(dict.fromkeys([*olds, *[old for old, _new in statements.of_new(new) if old is not None]]))
    if len(everyone) < 2:
        raise EditRefused(_("統合には、前の版の項目が二つ以上要ります。一つが一つになったのなら「引きつぐ」を選んでください。"))
    before = next((statements.rows[pair][1] for pair in statements.of_new(new)), "")
    for old in everyone:
        statements.free(old)
    statements.rows.pop((None, new), None)
    for old in everyone:
        statements.put(old, new, MERGED, words or before)
    _keep(statements, by, "merge", {"old": everyone, "new": [new]})


@transaction.atomic
def split(*, snapshot: models.Snapshot, old_code: str, new_codes: Iterable[str], by: User, reason: str = "") -> None:
    """One clause of the edition before became several."""
    statements, old_at, new_at = _opened(snapshot)
    words = _reason(reason)
    old = _found(old_at, old_code, _("前の版"))
    news = [_found(new_at, code, _("新しい版")) for code in dict.fromkeys(new_codes)]
    if len(news) < 2:
        raise EditRefused(_("分割には、新しい版の項目が二つ以上要ります。一つが一つになったのなら「引きつぐ」を選んでください。"))
    _refuse_taken(statements, old, news, new_at)
    statements.free(old)
    for new in news:
        statements.rows.pop((None, new), None)
        statements.put(old, new, SPLIT, words)
    _keep(statements, by, "split", {"old": [old], "new": news})


@transaction.atomic
def follow(*, snapshot: models.Snapshot, old_code: str, new_code: str, by: User, reason: str = "") -> None:
    """One clause of the edition before goes on under another code. Kept or changed is said by the words."""
    statements, old_at, new_at = _opened(snapshot)
    words = _reason(reason)
    old, new = _found(old_at, old_code, _("前の版")), _found(new_at, new_code, _("新しい版"))
    _refuse_taken(statements, old, [new], new_at)
    statements.free(old)
    statements.rows.pop((None, new), None)
    statements.put(old, new, CHANGED, words)
    statements.settle((old, new))
    _keep(statements, by, "follow", {"old": [old], "new": [new]})


@transaction.atomic
def undo(*, snapshot: models.Snapshot, old_code: str, by: User) -> None:
    """Take back what was said by hand of an old clause: it stands with the newer clause of its own code again, or is dropped."""
    statements, old_at, _new_at = _opened(snapshot)
    old = _found(old_at, old_code, _("前の版"))
    origin = origin_of(snapshot)
    if origin is None:
        raise EditRefused(_("前の版の本文が分からないので、もとに戻せません。"))
    group = {old} | {pair[0] for _old, new in statements.of_old(old) if new is not None for pair in statements.of_new(new)}
    for one in group - {None}:
        statements.free(one)  # type: ignore[arg-type]
    fill(statements, origin)
    _keep(statements, by, "undo", {"old": sorted(one for one in group if one is not None)})


@transaction.atomic
def set_reasons(*, snapshot: models.Snapshot, reasons: Mapping[int, str], by: User, seen: Mapping[int, str] | None = None) -> int:
    """Reasons by the id of their row, all or none; ``seen``: what stood there when they were written. Returns how many."""
    open_draft(snapshot)
    rows = {row.pk: row for row in snapshot.successions.select_related("old", "new").filter(pk__in=list(reasons))}
    if len(rows) < len(reasons):
        raise EditRefused(_("ほかの人が先に項目の対応を変えました。画面を読み直してから、もう一度書いてください。"))
    changed = []
    for pk, words in reasons.items():
        row, words = rows[pk], _reason(words)
        if words == row.reason:
            continue
        if seen is not None and clean(seen.get(pk, "")).strip() != row.reason.strip():
            words = _("「%(code)s」の理由は、ほかの人が先に書きました。画面を読み直してから、もう一度書いてください。")
            raise EditRefused(words % {"code": (row.new or row.old).code})  # type: ignore[union-attr]
        row.reason = words
        changed.append(row)
    if changed:
        models.Succession.objects.bulk_update(changed, ["reason"], batch_size=BATCH)
        audit.record(action="succession.edited", subject=snapshot, by=by, how="reasons", rows=[row.pk for row in changed])
    return len(changed)


def set_reason(*, row: models.Succession, reason: str, by: User) -> None:
    """As ``set_reasons``, of one row that a snapshot states."""
    if row.snapshot is None:
        raise EditRefused(_("版全体の記録なので、ここでは直せません。"))
    set_reasons(snapshot=row.snapshot, reasons={row.pk: reason}, by=by)


def unreasoned(snapshot: models.Snapshot) -> list[models.Succession]:
    """What is other than kept and says not why."""
    rows = snapshot.successions.exclude(kind=KEPT).filter(reason="").select_related("old", "new")
    return list(rows.order_by("id"))


def refuse_unreasoned(snapshot: models.Snapshot) -> None:
    """Raises MoveRefused while a clause that is not kept has no reason."""
    rows = unreasoned(snapshot)
    if not rows:
        return
    names = "、".join(_named(row) for row in rows[:NAMED])
    more = len(rows) - NAMED
    if more > 0:
        words = _("前の版から変わった項目のうち、理由のないものがあります：%(names)s、ほか%(more)s件。理由を書いてください。")
        raise MoveRefused(words % {"names": names, "more": more})
    words = _("前の版から変わった項目のうち、理由のないものがあります：%(names)s。理由を書いてください。")
    raise MoveRefused(words % {"names": names})


def _named(row: models.Succession) -> str:
    end = row.new or row.old
    return f"{end.code if end else ''}（{SuccessionKind(row.kind).label}）"


def _opened(snapshot: models.Snapshot) -> tuple[Statements, dict[str, int], dict[str, int]]:
    """The rows of a draft under the lock, with the old and the newer clauses by code. Raises EditRefused."""
    open_draft(snapshot)
    statements = Statements(snapshot)
    if not statements.rows:
        raise EditRefused(_("この段階には、前の版からの変化の記録がありません。"))
    statements.read_words()
    olds = set(statements.old_words) | {old for old, _new in statements.rows if old is not None}
    old_at = models.ClauseAddress.objects.filter(pk__in=olds).exclude(code="").values_list("code", "pk")
    return statements, dict(old_at), dict(snapshot.clauses.values_list("code", "address_id"))


def _found(codes: Mapping[str, int], code: str, where: str) -> int:
    code = code.strip()
    if code not in codes:
        raise EditRefused(
            _("「%(code)s」は%(where)sにありません。コードを確かめてください。") % {"code": code[:80], "where": where}
        )
    return codes[code]


def _refuse_taken(statements: Statements, old: int, news: Iterable[int], new_at: Mapping[str, int]) -> None:
    """A newer clause that follows from another old one cannot also be what this one became."""
    codes = {new: code for code, new in new_at.items()}
    for new in news:
        if any(pair[0] not in (None, old) for pair in statements.of_new(new)):
            words = _("「%(code)s」は、前の版のほかの項目を引きついでいます。まとめたものなら「統合」を選んでください。")
            raise EditRefused(words % {"code": codes[new]})


def _reason(words: str) -> str:
    words = clean(words).strip()
    if len(words) > REASON_LIMIT:
        raise RefusedText(_("長すぎます。%(limit)s字までにしてください。") % {"limit": REASON_LIMIT})
    return words


def _keep(statements: Statements, by: User, how: str, ends: Mapping[str, list[int]]) -> None:
    for new in statements.new_words:
        statements.single(new)
    if statements.save():
        audit.record(action="succession.edited", subject=statements.snapshot, by=by, how=how, **ends)
