"""What the README and the pages beside it show is run."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from PIL import Image

from spatial.__main__ import COMMANDS, main, parser_of
from spatial.depth import ESTIMATORS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "README.md", *DOCS)}
CONVERTING = ("convert", "depth", "metrics")


def commands_of(text):
    """The words after ``spatial`` of every command of a page: lines of its blocks, and inline."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    lines = [line for language, block in blocks if not language for line in block.splitlines()]
    lines += re.findall(r"`((?:python -m )?spatial [^`]+ [^`]+)`", text)
    lines = [line.removeprefix("python -m ") for line in lines]
    found = [shlex.split(line, comments=True) for line in lines if line.startswith("spatial ")]
    return [words[1:] for words in found if "--help" not in words]


ALL = [words for text in PAGES.values() for words in commands_of(text)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder as a reader has it: examples, a photo, and a folder of them."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "holiday").mkdir()
    with Image.open(ROOT / "examples" / "coffee.jpg") as photo:
        small = photo.resize((96, 64))
    small.save(tmp_path / "photo.jpg")
    small.save(tmp_path / "holiday" / "beach.jpg")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_example_runs(folder):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert sum(map(bool, code.splitlines())) <= 6
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own
    assert (folder / "out" / "coffee_manifest.json").is_file()


def test_every_command_that_converts_runs(folder, monkeypatch, capsys):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    elsewhere = {"--download", "--estimator", "--engine"}  # their own tests run these
    todo = [words for words in ALL if words[0] in CONVERTING and not elsewhere & set(words)]
    assert {words[0] for words in todo} == set(CONVERTING)
    for words in todo:
        assert main(words) == 0, words
        assert capsys.readouterr().out or (folder / "out" / "report.csv").is_file(), words


def test_every_command_is_understood():
    assert {words[0] for words in ALL} >= {"train", "publish", "serve", "view", *CONVERTING}
    for words in ALL:
        parser_of(words[0]).parse_args(words[1:])  # exits with what is wrong


def test_every_flag_is_one_of_a_command():
    known = {flag for name in COMMANDS for flag in parser_of(name)._option_string_actions}
    for name, text in PAGES.items():
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= known, name


def test_the_front_matter_is_a_space():
    front = yaml.safe_load(README.split("---")[1])
    assert front["sdk"] == "gradio"
    assert front["app_file"] == "app.py"
    assert front["python_version"] == "3.12"
    assert (ROOT / front["thumbnail"]).is_file()
    assert len(front["short_description"]) <= 60  # what the Hub shows of it
    preloaded = {line.split()[0] for line in front["preload_from_hub"]}
    assert len(preloaded) <= 10
    assert preloaded <= {row.source for row in ESTIMATORS.values()}
    assert preloaded <= set(front["models"])


def test_every_local_link_leads_somewhere():
    for page in (ROOT / "README.md", *DOCS):
        for target in re.findall(r"\]\((?!http)([^)#]+)[^)]*\)", PAGES[page.name]):
            assert (page.parent / target).exists(), (page.name, target)


def test_pictures_load_quickly():
    for picture in (ROOT / "docs" / "pictures").iterdir():
        limit = 2_000_000 if picture.stem == "sway" else 200_000
        assert picture.stat().st_size < limit, picture.name
        assert any(f"pictures/{picture.name})" in text for text in PAGES.values()), picture.name


def test_every_command_is_in_the_table():
    table = PAGES["commands.md"]
    for name in COMMANDS:
        assert re.search(rf"^\| .*`{name}\b", table, re.MULTILINE), name
