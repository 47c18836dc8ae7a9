"""Figures redrawn by us: what is let in, what is refused, and how one is served."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ichinoseki_portal.text import RefusedText
from plans import models
from plans.actions.figures import LIMIT, clean_svg
from plans.actions.snapshots import withdraw_snapshot
from plans.actions.texts import approve_text, save_text
from plans.importers.json_reader import read_json
from plans.reader.errors import ReadingRefused
from plans.tests.factories import clause, document, publish, take_in
from plans.tests.library import DATA

SHIPPED = sorted((DATA / "figures").glob("*.svg"))
NS = 'xmlns="http://www.w3.org/2000/svg"'
FIGURE = f'<svg {NS} viewBox="0 0 10 10"><title>図</title><rect x="1" width="8" height="8" class="a"/></svg>'
PATH = "/plans/mihon/2022/1/figure.svg"


def drawn(inside, *, root="", head=""):
    return f'{head}<svg {NS} viewBox="0 0 10 10" {root}><title>図</title>{inside}</svg>'


HOSTILE = {
    "script": drawn("<script>alert(1)</script>"),
    "onload": drawn("", root='onload="alert(1)"'),
    "onclick": drawn('<rect onclick="alert(1)"/>'),
    "foreign object": drawn("<foreignObject><p>x</p></foreignObject>"),
    "html": drawn('<body xmlns="http://www.w3.org/1999/xhtml"/>'),
    "html by prefix": drawn('<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>'),
    "no namespace": '<svg viewBox="0 0 1 1"><title>図</title></svg>',
    "link": drawn('<a href="https://example.com/"><text>x</text></a>'),
    "javascript link": drawn('<a xlink:href="javascript:alert(1)" xmlns:xlink="http://www.w3.org/1999/xlink"/>'),
    "image": drawn('<image href="https://example.com/x.png"/>'),
    "use": drawn('<use href="https://example.com/x.svg#a"/>'),
    "href on a rect": drawn('<rect href="#a"/>'),
    "xlink on a rect": drawn('<rect xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#a"/>'),
    "animate": drawn('<animate attributeName="href" to="javascript:alert(1)"/>'),
    "set": drawn('<set attributeName="onload" to="alert(1)"/>'),
    "filter": drawn("<filter/>"),
    "marker": drawn('<path d="M0 0" marker-end="url(#m)"/>'),
    "fill by url": drawn('<rect fill="url(https://example.com/#a)"/>'),
    "fill by spaced url": drawn('<rect fill="URL  (x)"/>'),
    "style attribute with url": drawn('<rect style="fill:url(https://example.com/x)"/>'),
    "style with an escape": drawn("<style>rect{fill:u\\72l(x)}</style>"),
    "style with import": drawn("<style>@import 'https://example.com/x.css';</style>"),
    "style with a comment": drawn("<style>rect{fill:ur/**/l(x)}</style>"),
    "style with image": drawn("<style>rect{fill:image('x')}</style>"),
    "style with an element": drawn("<style><rect/></style>"),
    "style with a tag in CDATA": drawn("<style><![CDATA[</style><script>alert(1)</script>]]></style>"),
    "doctype": drawn("", head="<!DOCTYPE svg>"),
    "entity": drawn("<text>&e;</text>", head='<!DOCTYPE svg [<!ENTITY e "x">]>'),
    "outside entity": drawn("<text>&e;</text>", head='<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    "laughs": drawn("&b;", head='<!DOCTYPE svg [<!ENTITY a "xxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]>'),
    "unknown entity": drawn("<text>&nbsp;</text>"),
    "xml base": drawn('<g xml:base="https://example.com/"/>'),
    "event by namespace": drawn('<g xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load"/>'),
    "not closed": f"<svg {NS}",
    "nothing": "",
    "words": "図です",
    "NUL": drawn("<text>\x00</text>"),
    "without a size": f"<svg {NS}><title>図</title></svg>",
    "a size of words": f'<svg {NS} viewBox="0 0 auto 1"><title>図</title></svg>',
    "without a title": f'<svg {NS} viewBox="0 0 1 1"><rect/></svg>',
    "an empty title": f'<svg {NS} viewBox="0 0 1 1"><title> </title></svg>',
    "too deep": drawn("<g>" * 30 + "</g>" * 30),
    "very deep": drawn("<g>" * 2000 + "</g>" * 2000),
    "too long": drawn("<text>" + "あ" * LIMIT + "</text>"),
    "too many": drawn("<g/>" * 1001),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_could_run_or_load_is_refused(name):
    with pytest.raises(RefusedText) as refused:
        clean_svg(HOSTILE[name])
    assert str(refused.value).endswith(("。", "）。"))


def test_comments_and_instructions_are_left_out_and_text_stays_text():
    sheet = '<?xml-stylesheet href="https://example.com/x.css"?>'
    text = sheet + drawn("<!-- <script> --><text>a &lt;script&gt; &amp; b</text>x")
    clean = clean_svg(text)
    assert "<!--" not in clean and "<?" not in clean and "<script" not in clean and "a &lt;script&gt; &amp; b" in clean
    assert clean_svg(clean) == clean


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_figures_we_ship_pass_and_can_be_read_when_small(path):
    text = clean_svg(path.read_text(encoding="utf-8"))
    width = float(text.split('viewBox="0 0 ')[1].split()[0])
    sizes = [float(part.split('"')[0]) for part in text.split('font-size="')[1:]]
    assert sizes and min(sizes) * 288 / width >= 14  # a phone of 320 px less the margins
    assert "<title" in text and "<desc" in text and "xlink" not in text


@pytest.fixture
def people(person):
    return {"author": person("editor"), "approver": person("approver")}


@pytest.fixture
def address(people):
    snapshot = publish(take_in(document(clause("1", title="図", kind="figure"))).snapshot, **people)
    return models.ClauseAddress.objects.get(edition=snapshot.edition, code="1")


@pytest.mark.django_db
def test_a_figure_is_public_once_confirmed_and_only_as_a_picture(address, people, client):
    missing = client.get("/plans/nothing/1999/1/figure.svg")
    text = save_text(address=address, kind="figure", words=FIGURE, by=people["author"], version=None)
    waiting = client.get(PATH)
    assert (waiting.status_code, waiting.content) == (404, missing.content)
    approve_text(text=text, by=people["approver"])
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(PATH)
    assert len(asked) == 1
    assert answer.content.decode() == clean_svg(FIGURE) and answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff" and "X-Robots-Tag" not in answer and not answer.cookies
    assert client.get(PATH, headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert client.get("/plans/mihon/2022/2/figure.svg").status_code == 404
    withdraw_snapshot(snapshot=models.Snapshot.objects.get(), by=people["approver"], why="まちがい")
    assert client.get(PATH).content == missing.content


@pytest.mark.django_db
def test_a_figure_of_a_draft_stays_out_of_search_engines(people, client):
    snapshot = publish(take_in(document(clause("1", title="図", kind="figure")), stage="draft").snapshot, **people)
    address = models.ClauseAddress.objects.get(edition=snapshot.edition, code="1")
    models.ClauseText.objects.create(address=address, kind="figure", text=FIGURE)
    assert client.get(PATH)["X-Robots-Tag"] == "noindex"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["script", "entity", "link"])
def test_no_way_in_takes_a_hostile_figure(address, people, name):
    with pytest.raises(RefusedText):
        save_text(address=address, kind="figure", words=HOSTILE[name], by=people["author"], version=None)
    texts = [{"kind": "figure", "text": HOSTILE[name]}]
    with pytest.raises(ReadingRefused, match=r"clauses\[0\].texts\[0\].text"):
        read_json(_json({"clauses": [{"code": "1", "title": "図", "kind": "figure", "texts": texts}]}))
    assert not models.ClauseText.objects.filter(kind="figure").exists()


def _json(content):
    return json.dumps(content).encode()


@pytest.mark.django_db
def test_the_shipped_figure_is_loaded_and_served(client):
    call_command("load_outline", verbosity=0)
    answer = client.get("/plans/kyodo/2022/6.box1.fig1/figure.svg")
    assert answer.status_code == 200 and "各地域" in answer.content.decode()
    figure, alt = (models.ClauseText.objects.get(address__code="6.box1.fig1", kind=kind) for kind in ("figure", "alt"))
    assert figure.written_for == alt.written_for and "市民" in alt.text and "各地域" in alt.text


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["kyodo-2022-9.svg", "kyodo-2022-1.svg"])
def test_a_figure_without_its_clause_or_its_description_is_not_loaded(name, tmp_path, settings):
    for folder in ("outline", "figures"):
        (tmp_path / folder).mkdir()
    outline = DATA / "outline" / "kyodo-2022.json"
    (tmp_path / "outline" / outline.name).write_bytes(outline.read_bytes())
    (tmp_path / "figures" / name).write_text(FIGURE)
    settings.OUTLINE_DIR = tmp_path
    with pytest.raises(CommandError, match=name):
        call_command("load_outline", verbosity=0)
    assert not models.ClauseText.objects.exists()
