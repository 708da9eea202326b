"""The page's words in other languages: complete, wherever its English is written."""

import ast
import re
from html.parser import HTMLParser

import pytest
from app_page import STRENGTH, visit, wait_for_example
from page_words import STATIC, TABLES, VARIES, unknown
from scenes import calm_photo

from spatial.formats import FILES
from spatial.metrics import comfort_report
from spatial.metrics.comfort import RULES

PACKAGE = STATIC.parents[1]
REFUSING = [
    *(PACKAGE / "web").glob("*.py"),
    *(PACKAGE / "photo" / name for name in ("limits.py", "readers.py")),
]
FOR_PROGRAMS = {"api.py", "addresses.py", "models.py", "files.py"}
LAYOUT_SHIFT = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    done(list.getEntries().reduce((sum, { value }) => sum + value, 0));
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done(0), 2000);
})"""
ASKED_FOR_WORDS = """() => performance.getEntriesByType('resource')
  .filter(({ name }) => name.includes('/words/')).length"""


class Texts(HTMLParser):
    """The texts and names in HTML."""

    def __init__(self, html):
        super().__init__()
        self.found, self.tag = [], ""
        self.feed(re.sub(r"\{%.*?%\}", "", re.sub(r"\{\{.*?\}\}", "{}", html)))

    def handle_starttag(self, tag, attrs):
        self.tag = tag
        named = dict(attrs)
        self.found += [named[n] for n in ("aria-label", "alt", "placeholder") if named.get(n)]

    def handle_data(self, data):
        if self.tag not in ("script", "style"):
            self.found.append(data)


def refusals(path):
    """What a module assigns to ``msg``, with {} for what varies."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Assign) or ast.unparse(node.targets[0]) != "msg":
            continue
        parts = node.value.values if isinstance(node.value, ast.JoinedStr) else [node.value]
        yield "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in parts)


def test_the_script_knows_the_languages_there_are():
    (known,) = re.findall(r"LANGUAGES = \[(.*?)\]", (STATIC / "words.js").read_text("utf-8"))
    assert sorted(re.findall(r"\w+", known)) == sorted(["en", *TABLES])


@pytest.mark.parametrize("language", TABLES)
def test_a_language_has_every_word(language):
    table = TABLES[language]
    assert list(table) == list(TABLES["de"])
    for english, words in table.items():
        assert words.strip(), english
        assert len(VARIES.findall(words)) == english.count("{}"), english
        assert all(number in words for number in re.findall(r"\d+", english)), english
        assert table.get(words, words) == words, f"{words!r} would be translated once more"


@pytest.mark.parametrize("template", [path.name for path in STATIC.glob("*.html")])
def test_what_templates_say_has_words(template):
    assert unknown(Texts((STATIC / template).read_text("utf-8")).found) == []


@pytest.mark.parametrize("script", ["stage.js", "shown_photo.js", "link_delete.js"])
def test_what_scripts_say_has_words(script):
    """Strings with a capital and a space are sentences."""
    strings = re.findall(r"'([^'\n]*)'", (STATIC / script).read_text("utf-8"))
    assert unknown(text for text in strings if re.match(r"[A-Z].* ", text)) == []


@pytest.mark.parametrize("script", [path.name for path in STATIC.glob("*.js")])
def test_no_script_finds_a_part_of_the_page_by_its_words(script):
    by_words = re.findall(
        r"\[(?:aria-label|alt|title|placeholder)\W?=", (STATIC / script).read_text()
    )
    assert by_words == []


@pytest.mark.parametrize("path", REFUSING, ids=lambda path: path.name)
def test_what_a_visitor_is_refused_with_has_words(path):
    said = [] if path.name in FOR_PROGRAMS else refusals(path)
    assert unknown(said) == []


def test_names_of_files_and_reasons_of_discomfort_have_words():
    report = comfort_report(calm_photo())
    said = [rule.reason(report) for rule in RULES] + [file.title for file in FILES.values()]
    assert unknown(said) == []


def test_a_german_browser_shows_german(app, browser):
    with visit(browser, app, locale="de-DE") as (page, _, complaints):
        wait_for_example(page)
        assert page.evaluate("document.documentElement.lang") == "de"
        assert page.inner_text("#choose") == "Foto wählen"
        page.locator(STRENGTH).fill("10")
        page.wait_for_selector("#comfort >> text=von 100: unangenehm")
        assert page.input_value("#setting-max_parallax_percent input[type=number]") == "10"
        assert page.evaluate(LAYOUT_SHIFT) <= 0.05
        assert complaints == []


def test_an_english_browser_asks_for_no_words(page):
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate(ASKED_FOR_WORDS) == 0
