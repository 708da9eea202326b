"""The page for everyone: what axe-core finds in it, what a finger can hit, what the keys reach."""

import pytest
from access import DESKTOP, PHONE, PHONE_SIZE, WAYS, bring_axe, too_small, violations
from app_page import CHOOSE, open_goals, visit, wait_for_example
from page_words import STATIC, TABLES, unknown

FOLDED = (
    "More",
    "Use your own depth map",
    "Details",
    "Figures of the paper",
    "Compare with a true depth map",
    "Several photos at once",
)
MADE = (
    "#share-link input",
    "#goal-television a",
    "#figures table",
    "#batch-report [data-state=refused]",
)
# In the order of the page; of radio buttons of one name, the keys reach the one that is chosen.
NOTE_STOPS = """(ways) => {
  const isOther = (one) => one.type === 'radio' && !one.checked
    && document.querySelector(`[name="${one.name}"]:checked`);
  window.stops = [...document.querySelectorAll(ways)].filter((one) => !one.disabled && !isOther(one)
    && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }));
  stops[0].focus();
  return stops.length;
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  const shown = [one, one.nextElementSibling].filter(Boolean);
  const isSeen = shown.some((part) => getComputedStyle(part).outline.includes('solid 3px'));
  return [stops.indexOf(one), isSeen, one.outerHTML.slice(0, 200)];
}"""

EVERYTHING = "result make-comfortable sharper stop-sharper"
# All that can be read or heard; a menu shows its choice as if it were typed.
TEXTS = """() => {
  const seen = [...document.querySelectorAll('body *:not(script, style, .filename *)')]
    .filter((one) => one.checkVisibility());
  const texts = seen.flatMap(({ childNodes }) => [...childNodes])
    .filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ data }) => data);
  const names = ['aria-label', 'alt', 'placeholder']
    .flatMap((name) => seen.map((one) => one.getAttribute(name)));
  const chosen = [...document.querySelectorAll('[role=combobox]')].map(({ value }) => value);
  return [...texts, ...names, ...chosen].filter((text) => text?.trim());
}"""


# The refusal fades in, and is pale until then.
HAS_COME = """() => {
  let part = document.querySelector('[data-testid=toast-body] .toast-title');
  for (; part; part = part.parentElement) if (getComputedStyle(part).opacity !== '1') return false;
  return true;
}"""


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """A file that is no photo, whatever its name says."""
    path = tmp_path_factory.mktemp("refused") / "party.jpg"
    path.write_bytes(b"GIF89a" + bytes(200))
    return str(path)


@pytest.fixture(scope="module")
def page(app, browser, refused):
    """A page with a result, in which everything is unfolded that can be."""
    with visit(browser, app, viewport=DESKTOP) as (page, _, _):
        bring_axe(page)
        page.add_style_tag(content="* { transition: none !important; }")  # colours at once
        page.wait_for_selector("#create-link", state="attached")
        page.wait_for_selector(".loading", state="detached")  # Gradio's own, before any of ours
        page.violations_at_first = violations(page, "body")
        wait_for_example(page)
        for name in FOLDED:
            page.get_by_role("button", name=name).click()
        open_goals(page)
        page.click("#create-link")
        page.click("#make-television")
        page.click("#measure")
        page.set_input_files("#batch-photos input[type=file]", [refused])
        page.click("#batch-start")
        for made in MADE:
            page.wait_for_selector(made)
        yield page


def on_phone(page, *, dark):
    page.set_viewport_size(PHONE_SIZE)
    page.evaluate(f"document.body.classList.toggle('dark', {str(dark).lower()})")


def test_axe_finds_nothing_while_the_page_is_built(page):
    assert page.violations_at_first == []


def test_axe_finds_nothing_on_a_bright_desktop(page):
    assert violations(page, "body") == []


def test_axe_finds_nothing_on_a_dark_phone(page):
    on_phone(page, dark=True)
    assert violations(page, "body") == []


def test_a_finger_can_hit_everything(page):
    on_phone(page, dark=True)
    assert too_small(page) == []


def test_the_words_of_folded_parts_stand_in_the_middle_of_their_height(page):
    on_phone(page, dark=False)
    middles = page.evaluate("""() => {
      const folded = [...document.querySelectorAll('button.label-wrap')];
      const middle = ({ top, bottom }) => (top + bottom) / 2;
      const words = new Range();
      return folded.filter((one) => one.checkVisibility()).map((one) => {
        words.selectNodeContents(one.firstElementChild);
        return [one, words].map((part) => middle(part.getBoundingClientRect()));
      });
    }""")
    assert len(middles) > 2
    assert all(abs(button - words) < 3 for button, words in middles)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_and_a_finger_find_nothing_on_the_pages_of_a_shared_photo(page, browser, scheme):
    link = page.input_value("#share-link input")
    context = browser.new_context(**PHONE, color_scheme=scheme)
    shared = context.new_page()
    for address in (link, f"{link}/delete#{'0' * 32}", f"{link}0"):
        shared.goto(address)
        shared.evaluate("document.querySelector('details')?.setAttribute('open', '')")
        bring_axe(shared)
        assert violations(shared) + too_small(shared) == [], address
    context.close()


def test_the_keys_reach_everything_in_order_and_show_where_they_are(page):
    on_phone(page, dark=False)
    for place in range(1, page.evaluate(NOTE_STOPS, WAYS)):
        page.keyboard.press("Tab")
        reached, is_seen, element = page.evaluate(FOCUSED)
        assert reached == place, element
        assert is_seen, element


def test_every_word_of_the_page_is_translated(page):
    page.evaluate(f"document.documentElement.dataset.offers = '{EVERYTHING}'")
    assert unknown(page.evaluate(TEXTS)) == []
    page.evaluate("Object.defineProperty(navigator, 'languages', { value: ['de-DE', 'en'] })")
    page.add_script_tag(path=STATIC / "words.js")
    page.wait_for_selector("html[lang=de]")
    page.locator(".modes label", has_text="Tiefe").click()
    page.wait_for_selector(".hint >> text=Hell ist nah")
    german = TABLES["de"]
    assert [text for text in page.evaluate(TEXTS) if german.get(text.strip(), text) != text] == []
    assert violations(page, "body") == []


def test_the_keys_tap_on_the_picture(page):
    page.locator("#setting-convergence input[value=auto]").check()
    page.focus("#stereo-views .point")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector("#setting-convergence input[value=point]:checked")
    assert page.input_value("#setting-convergence_x input[type=number]") == "0.54"
    assert page.input_value("#setting-convergence_y input[type=number]") == "0.48"


def test_axe_finds_nothing_beside_a_refused_photo(page, refused):
    page.set_viewport_size(DESKTOP)
    page.set_input_files(CHOOSE, refused)
    told = page.wait_for_selector("[data-testid=toast-body]").inner_text()
    assert "b'" not in told
    page.wait_for_function(HAS_COME)
    assert violations(page, ".toast-wrap") + violations(page, "#picture-block") == []
