"""The index follows its documents in each database, and a phrase query answers as a plain substring search would."""

from itertools import pairwise

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from ichinoseki_portal import searchindex
from ichinoseki_portal.models import SearchDocument, SearchPassage
from ichinoseki_portal.text import fold


def put(key, text, **fields):
    return searchindex.put(key=key, kind="clause", title="題", url=f"/{key}/", text=text, **fields)


def found(phrase):
    """Keys of the documents whose passages hold the phrase, by the database's own index."""
    tokens = searchindex.tokens(fold(phrase))
    assert tokens, "a phrase of one character has no token"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT id FROM portal_searchpassage WHERE tsv @@ phraseto_tsquery('simple', %s)", [tokens])
        else:
            cursor.execute("SELECT rowid FROM portal_searchpassage_fts WHERE tokens MATCH %s", [f'"{tokens}"'])
        ids = [row[0] for row in cursor.fetchall()]
    return set(SearchPassage.objects.filter(pk__in=ids).values_list("document__key", flat=True))


def test_tokens_are_neighbouring_pairs():
    assert searchindex.tokens("まち") == "x307e3061"
    assert searchindex.tokens("協働の") == "x535450cd x50cd306e"
    assert searchindex.tokens("𠮷野") == "x20bb791ce"
    assert searchindex.tokens("一") == searchindex.tokens("") == ""


@pytest.mark.django_db
def test_a_phrase_of_two_characters_is_found():
    put("a", "市民と行政の協働によるまちづくり")
    put("b", "市民が働く協力のまち")
    assert found("協働") == {"a"}
    assert found("まち") == {"a", "b"}
    assert found("働協") == set()


@pytest.mark.django_db
def test_punctuation_counts():
    put("dot", "評価・検証")
    put("comma", "評価、検証")
    assert found("評価・検証") == {"dot"}
    assert found("評価、検証") == {"comma"}


@pytest.mark.django_db
def test_the_index_follows_change_and_removal():
    document = put("a", "旧い本文")
    assert found("旧い") == {"a"}
    assert put("a", "新しい本文") == document
    assert (found("旧い"), found("新しい")) == (set(), {"a"})
    SearchPassage.objects.update(tokens=searchindex.tokens(fold("書き換え")))
    assert (found("新しい"), found("書き換え")) == (set(), {"a"})
    searchindex.remove(["a"])
    assert found("書き換え") == set()
    assert not SearchDocument.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("length", [0, 1, 3999, 4000, 4001, 7800, 7801, 12000])
def test_passages_cover_the_text_and_overlap(length):
    text = "".join(chr(0x4E00 + number % 20000) for number in range(length))
    passages = list(put("a", text).passages.order_by("start"))
    assert all(len(passage.text) <= searchindex.PASSAGE for passage in passages)
    assert all(passage.text == text[passage.start : passage.start + searchindex.PASSAGE] for passage in passages)
    for one, following in pairwise(passages):
        assert one.start + len(one.text) - following.start >= searchindex.OVERLAP
    assert (passages[-1].start + len(passages[-1].text) if passages else 0) == length


@pytest.mark.django_db
def test_a_phrase_across_the_border_of_passages_is_found():
    words = "境目をまたぐ言葉"
    for shift in range(-len(words), len(words) + 1):
        at = searchindex.PASSAGE + shift
        put("a", "あ" * at + words + "い" * 500)
        assert found(words) == {"a"}, shift


@pytest.mark.django_db
def test_what_looks_like_numbers_and_markup_stays_whole():
    """年度 is 5e745ea6 in hex, which a parser may take for a number; quotes and stars are syntax in some query languages."""
    put("a", "令和4年度の目標値は90.5%")
    put("b", '"引用" AND * NEAR(まち) <協働>')
    assert found("年度") == {"a"}
    assert found("90.5%") == {"a"}
    assert found("5e745ea6") == set()
    assert found('"引用"') == {"b"}
    assert found("AND*") == {"b"}
    assert found("<協働>") == {"b"}


TEXTS = st.text("協働のまち年度・、１1aＡ①がか", min_size=2, max_size=12)


@given(st.data())
def test_the_phrase_of_tokens_is_the_substring(data):
    """For keys of two characters and more: the tokens of a part stand in the tokens of the whole exactly when it is a part."""
    whole, part = fold(data.draw(TEXTS)), fold(data.draw(TEXTS))
    if len(part) >= 2:
        assert (f" {searchindex.tokens(part)} " in f" {searchindex.tokens(whole)} ") == (part in whole)


@pytest.mark.django_db
def test_the_database_agrees_with_a_plain_search():
    texts = {
        f"k{number}": text
        for number, text in enumerate(["協働のまち", "協働・年度", "まちの協働のまち", "年度①", "ＡＢ１２", "がかがか", "、・、"])
    }
    for key, text in texts.items():
        put(key, text)
    folded = {key: fold(text) for key, text in texts.items()}
    phrases = {whole[a:b] for whole in folded.values() for a in range(len(whole)) for b in range(a + 2, len(whole) + 1)}
    for phrase in sorted(phrases | {"働協", "ちま", "2協"}):
        assert found(phrase) == {key for key, whole in folded.items() if phrase in whole}, phrase
