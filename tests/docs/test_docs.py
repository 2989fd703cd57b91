"""The documents say what is there: every stage, setting, command, skill and folder."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from neo.domain.approvals import VERDICTS
from neo.domain.lifecycle import Stage
from neo.services.commands import COMMANDS
from skills import SKILLS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
GUIDE = (ROOT / "docs" / "guide.md").read_text("utf-8")
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
CODE = [ROOT / name for name in TRACKED if name.endswith(".py")]


def generator():  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["commands.md", "settings.md"])
def test_generated_pages_are_fresh(name: str) -> None:
    page = generator().PAGES[name]()
    assert (ROOT / "docs" / name).read_text("utf-8") == page, "run `make docs`"


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_is_in_the_guide(stage: Stage) -> None:
    assert f"`{stage.value}`" in GUIDE


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_in_words_is_in_the_guide(command: str) -> None:
    assert f"*{command}*" in GUIDE


@pytest.mark.parametrize("emoji", [name for name in VERDICTS if not name.startswith("thumbs")])
def test_every_emoji_that_counts_is_in_the_guide(emoji: str) -> None:
    assert f"`:{emoji}:`" in GUIDE


def test_every_skill_and_setting_is_documented() -> None:
    for skill in SKILLS:
        assert f"`{skill.name}`" in README
    for name, field in Settings.model_fields.items():
        assert field.description, f"the setting {name} has no description"


@pytest.mark.parametrize("folder", sorted({str(p.parent.relative_to(ROOT)) for p in CODE if p.parts[-2] != "versions"}))
def test_every_package_of_the_product_is_on_the_code_map(folder: str) -> None:
    if folder.split("/")[0] in ("bot", "neo", "skills"):
        assert f"{Path(folder).name}/" in ARCHITECTURE


def test_readme_names_the_two_commands_in_its_first_screen() -> None:
    first = README[:1500]
    assert "make run" in first and "make test" in first
    for target in re.findall(r"(?:`|^    )make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE), target


def test_pictures_and_links_of_the_documents_exist() -> None:
    for page in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_no_module_is_over_400_lines_and_no_function_over_60() -> None:
    for path in CODE:
        text = path.read_text("utf-8")
        assert text.count("\n") <= 400, f"{path} has {text.count(chr(10))} lines"
        if "migrations/versions" in str(path):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                assert lines <= 60, f"{path}: {node.name} has {lines} lines"


def test_locks_carry_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text and "--hash=sha256:" in text and "find-links" not in text


def test_the_helps_open() -> None:
    for command in ([], ["tune"], ["models", "pull"], ["demo"]):
        ran = subprocess.run(
            [sys.executable, "-m", "bot.cli", *command, "--help"], capture_output=True, text=True, cwd=ROOT
        )
        assert ran.returncode == 0 and "Usage" in ran.stdout
