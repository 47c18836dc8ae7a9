"""Codes are kept: which clause of a new reading is which of the one before."""

import time

from plans.actions.alignment import Old, align, compare, label_sort, words_hash
from plans.tests.factories import clause, list_document

LONG = "市民と行政が互いの役割を認め合い、対等な立場で話し合いを続けます。"
OTHER = "公共施設の更新や長寿命化を計画的に進め、負担を次の世代に残しません。"
THIRD = "ごみの減量と再生利用に努めます。"


def old_of(clauses):
    return [Old(row.code, row.parent, row.label, row.title, row.body) for row in clauses]


def codes_after(old, new, **options):
    return align(new.clauses, old_of(old.clauses), **options)


def test_the_same_reading_keeps_every_code():
    doc = list_document(LONG, OTHER, THIRD)
    assert codes_after(doc, doc) == ["1", "1.1", "1.2", "1.3"]


def test_an_insertion_in_the_middle_of_a_list_moves_no_code():
    new = list_document(LONG, "地域の祭りを受け継ぐ人を育てます。", OTHER, THIRD)
    assert codes_after(list_document(LONG, OTHER, THIRD), new) == ["1", "1.1", "1.2-2", "1.2", "1.3"]


def test_a_second_insertion_takes_the_next_free_number():
    new = list_document("祭りを受け継ぎます。", LONG)
    retired = {"1.1-2": "another"}
    assert codes_after(list_document(LONG), new, retired=retired) == ["1", "1.1-3", "1.1"]


def test_a_renumbered_clause_and_all_below_it_keep_their_codes():
    def plan(third, fourth=None):
        rows = [clause("7", label="７", title="方針")]
        for number, title in ((3, third), (4, fourth)):
            if title:
                rows += [
                    clause(f"7.{number}", label=f"（{number}）", title=title),
                    clause(f"7.{number}.1", label="①", body=f"{title}を行います。"),
                ]
        return rows

    old, new = plan("情報の共有"), plan("相談の場づくり", "情報の共有")
    assert align(new, old_of(old)) == ["7", "7.3-2", "7.3-2.1", "7.3", "7.3.1"]


def test_a_new_clause_below_a_renumbered_one_stands_under_the_kept_code():
    old = [clause("1", title="甲の取組"), clause("1.1", body=LONG)]
    new = [
        clause("1", title="新しく加わった章"),
        clause("2", title="甲の取組"),
        clause("2.1", body=LONG),
        clause("2.2", body=OTHER),
    ]
    assert align(new, old_of(old)) == ["1-2", "1", "1.1", "1.2"]


def test_swapped_items_keep_their_own_codes():
    assert codes_after(list_document(LONG, OTHER), list_document(OTHER, LONG)) == ["1", "1.2", "1.1"]


def test_a_clause_moved_under_another_parent_keeps_its_code():
    old = [clause("1", title="甲"), clause("1.1", body=LONG), clause("2", title="乙"), clause("2.1", body=OTHER)]
    new = [clause("1", title="甲"), clause("2", title="乙"), clause("2.1", body=OTHER), clause("2.2", body=LONG)]
    assert align(new, old_of(old)) == ["1", "2", "2.1", "1.1"]


def test_a_lightly_edited_text_keeps_its_code_in_place_and_elsewhere():
    edited = LONG.replace("続けます", "続けていきます")
    assert codes_after(list_document(LONG, OTHER), list_document(edited, OTHER)) == ["1", "1.1", "1.2"]
    assert codes_after(list_document(LONG, OTHER), list_document(OTHER, edited)) == ["1", "1.2", "1.1"]


def test_like_words_with_another_sort_of_label_are_another_clause():
    old = [clause("1", title="甲"), clause("1.1", label="（１）", body=LONG)]
    new = [clause("1", title="甲"), clause("1.b1", label="●", body=LONG.replace("続けます", "続けていきます"))]
    assert align(new, old_of(old)) == ["1", "1.b1"]


def test_a_code_is_never_given_to_another_clause():
    assert codes_after(list_document(LONG, OTHER), list_document(LONG, THIRD)) == ["1", "1.1", "1.2-2"]
    retired = {"1.2": words_hash("", OTHER)}
    assert codes_after(list_document(LONG), list_document(LONG, THIRD), retired=retired) == ["1", "1.1", "1.2-2"]


def test_a_dropped_clause_that_comes_back_has_its_code_again():
    retired = {"1.2": words_hash("", OTHER)}
    assert codes_after(list_document(LONG), list_document(LONG, OTHER), retired=retired) == ["1", "1.1", "1.2"]


def test_a_retitled_heading_keeps_its_code_by_its_children():
    old = [clause("3", label="３", title="計画の期間"), clause("3.1", body=LONG), clause("3.2", body=OTHER)]
    new = [clause("3", label="３", title="いつまで続けるか"), clause("3.1", body=LONG), clause("3.2", body=OTHER)]
    assert align(new, old_of(old)) == ["3", "3.1", "3.2"]


def test_equal_words_twice_are_two_clauses():
    doc = list_document(LONG, LONG, OTHER)
    assert codes_after(doc, doc) == ["1", "1.1", "1.2", "1.3"]
    assert codes_after(doc, list_document(LONG, OTHER)) == ["1", "1.1", "1.3"]


def test_on_an_outline_the_codes_bind():
    outline = list_document("", "")
    assert codes_after(outline, list_document(LONG, OTHER, THIRD), by_code=True) == ["1", "1.1", "1.2", "1.3"]


def test_sorts_of_labels():
    assert label_sort("（３）") == label_sort("（12）") == label_sort("(4)")
    assert label_sort("①") == label_sort("⑳") != label_sort("（１）")
    assert label_sort("第３章") == label_sort("第十章")
    assert label_sort("●") != label_sort("■")
    assert label_sort("ア") == label_sort("カ")


def test_thousands_of_clauses_are_aligned_quickly():
    def big(shift):
        return list_document(
            *(f"{number}番目の取組として、地域の課題{number}を話し合って解決します。" for number in range(shift, 6000))
        )

    started = time.perf_counter()
    codes = codes_after(big(1), big(0))  # one more at the top: every printed code shifts
    assert codes[1] == "1.1-2"
    assert codes[2:] == [f"1.{number}" for number in range(1, 6000)]
    assert time.perf_counter() - started < 5


def test_differences_name_what_was_added_removed_changed_and_moved():
    old = [clause("1", title="甲"), clause("1.1", body=LONG), clause("1.2", body=OTHER), clause("2", title="乙")]
    edited = clause("1.2", body=OTHER + "毎年見直します。", parent="2")
    new = [clause("1", title="甲"), clause("2", title="乙"), edited, clause("2.1", body=THIRD)]
    difference = compare(old, new)
    assert [row.code for row in difference.added] == ["2.1"]
    assert [row.code for row in difference.removed] == ["1.1"]
    assert [row.code for row in difference.changed] == ["1.2"]
    assert [(row.code, row.before) for row in difference.moved] == [("1.2", "1")]
    assert not compare(old, old)
    swapped = compare(
        [clause("1", title="甲"), clause("1.1", body=LONG), clause("1.2", body=OTHER)],
        [clause("1", title="甲"), clause("1.2", body=OTHER), clause("1.1", body=LONG)],
    )
    assert {row.code for row in swapped.moved} == {"1.1", "1.2"}
    assert not swapped.changed
