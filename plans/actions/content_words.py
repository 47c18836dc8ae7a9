"""A snapshot's content as it is compared: its clauses, and its facts, terms and figures in words."""

from __future__ import annotations

from collections import defaultdict

from plans import models
from plans.models.wording import chain

from .contents import facts_of
from .pairing import Words


def words_of(snapshot: models.Snapshot) -> list[Words]:
    """The clauses in reading order. Two queries."""
    rows = list(snapshot.clauses.order_by("position").defer("frozen", "lines"))
    named = defaultdict(list)
    actors = models.ClauseActor.objects.filter(clause__snapshot=snapshot).order_by("clause_id", "position", "id")
    for clause, name, role in actors.values_list("clause_id", "name", "role"):
        named[clause].append((name, role))
    above: dict[int | None, list[models.Clause]] = {None: []}
    found = []
    for row in rows:
        above[row.pk] = [*above.get(row.parent_id, []), row]
        found.append(
            Words(
                key=row.address_id,
                parent=above[row.pk][-2].address_id if len(above[row.pk]) > 1 else None,
                code=row.code,
                kind=row.kind,
                label=row.label,
                title=row.title,
                key_word=row.key_word,
                body=row.body,
                where=chain(above[row.pk]),
                modality=tuple(
                    (one["modality"], one["subject"] if one["stated"] else "", one["predicate"]) for one in row.modality
                ),
                actors=tuple(named[row.pk]),
                reason=row.change_reason,
            )
        )
    return found


def others_of(snapshot: models.Snapshot) -> dict[tuple[str, str], str]:
    """What is official beside the clauses, by what it is and its name. Two queries."""
    facts = facts_of(snapshot)
    found = {
        ("title", ""): facts.title,
        ("period", ""): _period(facts.period.words, facts.period.first_fiscal_year, facts.period.last_fiscal_year),
        ("decided", ""): facts.decided.words or facts.decided.date,
        ("source", ""): facts.source.title,
    }
    for term in snapshot.terms.all():
        _put(found, "term", term.term, "\n".join(part for part in (term.definition, term.as_of_words) if part))
    for one in snapshot.indicators.all():
        baseline = _figure(one.baseline_words, one.baseline_value, one.unit, one.baseline_year)
        target = _figure(one.target_words, one.target_value, one.unit, one.target_year)
        _put(found, "indicator", one.name, f"{baseline} → {target}")
    return found


def _put(found: dict[tuple[str, str], str], what: str, name: str, words: str) -> None:
    """Two of one name stand below each other."""
    found[what, name] = f"{found[what, name]}\n{words}" if (what, name) in found else words


def _period(words: str, first: int | None, last: int | None) -> str:
    years = f"{first or ''}〜{last or ''}" if first or last else ""
    return f"{years}（{words}）" if years and words else years or words


def _figure(words: str, value: str | None, unit: str, year: int | None) -> str:
    return (words or f"{value or ''}{unit}") + (f"（{year}）" if year else "")
