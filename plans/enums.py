"""Closed lists of the plans app, and its workflow as a table of moves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ichinoseki_portal.workflow import Step


class PlanKind(models.TextChoices):
    COMPREHENSIVE = "comprehensive", _("総合計画")
    COLLABORATION = "collaboration", _("協働の計画")
    OTHER = "other", _("そのほかの計画")


class Stage(models.TextChoices):
    """What a snapshot of an edition is. The outline (要約) is ours and stands until the first official text comes."""

    OUTLINE = "outline", _("要約")
    SKELETON = "skeleton", _("骨子案")
    DRAFT = "draft", _("素案")
    PROPOSAL = "proposal", _("案")
    FINAL = "final", _("成案")
    ERRATUM = "erratum", _("正誤")
    AMENDMENT = "amendment", _("一部改訂")


DECIDED_STAGES = (Stage.FINAL, Stage.ERRATUM, Stage.AMENDMENT)
DECIDING_STAGES = (Stage.FINAL, Stage.AMENDMENT)  # an erratum mends what was decided, and decides nothing
UNDECIDED_STAGES = (Stage.SKELETON, Stage.DRAFT, Stage.PROPOSAL)


class State(models.TextChoices):
    """The road of a snapshot."""

    DRAFT = "draft", _("下書き")
    IN_REVIEW = "in_review", _("決裁待ち")
    APPROVED = "approved", _("決裁済み")
    PUBLISHED = "published", _("公開")
    WITHDRAWN = "withdrawn", _("公開取りやめ")


MOVES = {
    "submit": Step(frozenset({State.DRAFT}), State.IN_REVIEW, _("決裁に回す")),
    "pull_back": Step(frozenset({State.IN_REVIEW}), State.DRAFT, _("引き戻す")),  # by whoever handed it in
    "return": Step(frozenset({State.IN_REVIEW, State.APPROVED}), State.DRAFT, _("差し戻す")),
    "approve": Step(frozenset({State.IN_REVIEW}), State.APPROVED, _("決裁する")),
    "publish": Step(frozenset({State.APPROVED}), State.PUBLISHED, _("公開する")),
    "withdraw": Step(frozenset({State.PUBLISHED}), State.WITHDRAWN, _("公開を取りやめる")),
    # while the set time has not come
    "unschedule": Step(frozenset({State.PUBLISHED}), State.APPROVED, _("公開の予約を取り消す")),
    # by the system, for an outline (要約) only: nobody approves it
    "load": Step(frozenset({State.DRAFT}), State.PUBLISHED, _("要約として公開する")),
}


class ClauseKind(models.TextChoices):
    PART = "part", _("編")
    CHAPTER = "chapter", _("章")
    SECTION = "section", _("節")
    SUBSECTION = "subsection", _("項")
    VISION = "vision", _("将来像・目指す姿")
    PRINCIPLE = "principle", _("考え方・原則")
    GOAL = "goal", _("目標")
    STANDARD = "standard", _("行動基準")
    POLICY = "policy", _("基本方針")
    MEASURE = "measure", _("施策")
    ACTION = "action", _("取組")
    EFFECT = "effect", _("効果")
    ACTOR = "actor", _("主体")
    DEFINITION = "definition", _("定義")
    ITEM = "item", _("項目")
    FIGURE = "figure", _("図")
    NOTE = "note", _("囲み・注")
    PARAGRAPH = "paragraph", _("段落")


class Modality(models.TextChoices):
    """How far a predicate binds: an effort is never shown as a promise, nor a promise as an effort."""

    DO = "do", _("実施")
    PROMOTE = "promote", _("推進")
    EFFORT = "effort", _("努力")
    AIM = "aim", _("目標")
    VIEW = "view", _("考え")


class ActorRole(models.TextChoices):
    PERFORMER = "performer", _("行う主体")
    BENEFICIARY = "beneficiary", _("効果を受ける")
    SUPPORTER = "supporter", _("支える")
    MENTIONED = "mentioned", _("名前が出る")


class TextKind(models.TextChoices):
    """Texts about a clause that are not official: each has its own author, approver and the hash it was written for."""

    SHORT_TITLE = "short_title", _("短い見出し")
    PLAIN = "plain", _("やさしい日本語")
    EN = "en", _("英語")
    READING = "reading", _("読み")
    ALT = "alt", _("図の説明")
    FIGURE = "figure", _("図（SVG）")


class LinkType(models.TextChoices):
    UPPER_PLAN = "upper_plan", _("上位計画")
    IMPLEMENTS = "implements", _("実行する")
    ELABORATES = "elaborates", _("くわしくする")
    GIVES_DIRECTION = "gives_direction", _("方針を示す")
    SUCCEEDS = "succeeds", _("引き継ぐ")
    CONTRIBUTES = "contributes", _("実現に役立つ")
    ECHOES = "echoes", _("言葉が響き合う")
    SUPPORTS = "supports", _("支える")
    REALISED_BY = "realised_by", _("これで実現する")
    TRIGGERS = "triggers", _("見直しのきっかけ")
    REFERS = "refers", _("参照する")
    EXPLAINS = "explains", _("説明する")


class Basis(models.TextChoices):
    STATED = "stated", _("本文に明記")
    EDITOR = "editor", _("編集者の判断")


class SuccessionKind(models.TextChoices):
    KEPT = "kept", _("そのまま")
    CHANGED = "changed", _("変更")
    MERGED = "merged", _("統合")
    SPLIT = "split", _("分割")
    DROPPED = "dropped", _("廃止")
    ADDED = "added", _("新設")


class ChangeKind(models.TextChoices):
    """What became of a clause between two snapshots."""

    KEPT = "kept", _("そのまま")
    CHANGED = "changed", _("変更")
    MOVED = "moved", _("移動")
    MERGED = "merged", _("統合")
    SPLIT = "split", _("分割")
    DROPPED = "dropped", _("廃止")
    ADDED = "added", _("新設")


class DecisionCategory(models.TextChoices):
    """決裁区分: who decides by the city's rules."""

    MAYOR = "mayor", _("市長決裁")
    DEPUTY_MAYOR = "deputy_mayor", _("副市長専決")
    DEPARTMENT_HEAD = "department_head", _("部長専決")
    SECTION_HEAD = "section_head", _("課長専決")
    COUNCIL = "council", _("議会の議決")
    OTHER = "other", _("そのほか")


class CouncilResult(models.TextChoices):
    PASSED = "passed", _("原案可決")
    AMENDED = "amended", _("修正可決")
    REJECTED = "rejected", _("否決")


class Direction(models.TextChoices):
    HIGHER = "higher", _("増やす")
    LOWER = "lower", _("減らす")
    MAINTAIN = "maintain", _("保つ")


class IndicatorKind(models.TextChoices):
    LEVEL = "level", _("その年の値")
    CUMULATIVE = "cumulative", _("累計")


class IssueKind(models.TextChoices):
    """What a reading asks a person to look at."""

    ORDER_CHANGED = "order_changed", _("順番を直した")
    INFERRED_PLACE = "inferred_place", _("置き場所は推定")
    SEQUENCE_GAP = "sequence_gap", _("番号が飛んでいる")
    COUNT_MISMATCH = "count_mismatch", _("数が合わない")
    ERA_MISMATCH = "era_mismatch", _("和暦と西暦が合わない")
    ODD_DATE = "odd_date", _("日付が不自然")
    SUSPECT_GLYPH = "suspect_glyph", _("疑わしい字形")
    RADICAL = "radical", _("部首の文字")
    BROKEN_CHARACTERS = "broken_characters", _("読めない文字")
    FIGURE_NEEDS_ALT = "figure_needs_alt", _("図の説明が必要")
    LOW_CONFIDENCE = "low_confidence", _("読み取りに自信がない")
    KEY_DIFFERS = "key_differs", _("キーが初年度と違う")
    UNKNOWN_END = "unknown_end", _("つなぐ先が見つからない")


class SetAside(models.TextChoices):
    """Why words of a file are not the plan's text."""

    TITLE = "title", _("文書の表題")
    IMPRINT = "imprint", _("策定日などの表示")
    CONTENTS = "contents", _("目次")
    PAGE_NUMBER = "page_number", _("ページ番号")
    RUNNING_HEAD = "running_head", _("柱（ページの見出し）")
    NAVIGATION = "navigation", _("ウェブページの案内")
    RUBY = "ruby", _("ふりがな")
    BROKEN = "broken_characters", _("読めない文字")


RESERVED_KEYS = frozenset(
    {
        *("latest", "compare", "errata", "files", "feed", "history", "preview", "new", "search", "data", "api", "draft"),
        *("family", "relations", "matrix", "terms", "figure", "edit", "en", "yomi", "yasashii"),
    }
)
"""Words with a meaning in addresses: neither a plan, an edition nor a code may be called so; nor v1, v2 … (a stated snapshot)."""

REAL_PLANS = frozenset({"sogo", "sogo-kihon", "kyodo", "chiiki-kyodo"})
"""Keys of the city's own plans, as shipped: never those of a fictional one."""
