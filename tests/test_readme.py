"""What the README shows is run."""

import re
from pathlib import Path

import yaml

from spatial.depth import ESTIMATORS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs(tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert sum(map(bool, code.splitlines())) <= 6
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own
    assert (tmp_path / "out" / "coffee_manifest.json").is_file()


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
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_command_is_in_the_table():
    from spatial.__main__ import COMMANDS  # noqa: PLC0415

    for name in COMMANDS:
        assert f"| `{name}" in README, name
