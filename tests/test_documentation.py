"""What the documentation names is there: files, commands, settings, routes, targets of make."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from itertools import chain
from pathlib import Path

import pytest
import yaml

from service.cli import COMMANDS
from service.config import settings_table
from tests.conftest import ROOT

FOLDERS = ("docs", "examples", "benchmarks", "psychometrics", "schemas", "service", "tests")
PAGES = sorted(
    page.relative_to(ROOT)
    for page in chain(ROOT.glob("*.md"), *((ROOT / name).rglob("*.md") for name in FOLDERS))
)
NOT_SETTINGS = {"ALLIANCE_FAULTS"}  # what `make faults` tells the tests
ELSEWHERE = {"dataset/survey_wai_logs.csv"}  # in the repository that the example data are from

every_page = pytest.mark.parametrize("page", PAGES, ids=str)


def blocks(page: Path) -> list[str]:
    """Return the fenced pieces of a page, long lines joined."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [re.sub(r"\\\n\s*", "", one) for one in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)]


def spans(page: Path) -> list[str]:
    """Return what stands between backticks within a page's sentences."""
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    return [" ".join(one.split()) for one in re.findall(r"`([^`]+)`", text)]


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?://)([^)#\s]+)", text)
    assert [one for one in targets if not ((ROOT / page).parent / one).exists()] == []


@every_page
def test_files_that_are_named_exist(page: Path) -> None:
    files = re.compile(r"[\w.*-]+(/[\w.*-]+)*(/|\.(py|R|md|json|csv|html|yaml|lock))")
    named = [one for one in spans(page) if files.fullmatch(one) and "/" in one]
    places = (ROOT, (ROOT / page).parent)
    missing = [one for one in named if not any(any(place.glob(one)) for place in places)]
    assert set(missing) - ELSEWHERE == set()


@every_page
def test_what_is_named_by_its_module_is_there(page: Path) -> None:
    packages = re.compile(r"(psychometrics|schemas|service|benchmarks|dependencies)(\.\w+)+")
    for name in filter(packages.fullmatch, spans(page)):
        module, _, last = name.rpartition(".")
        assert hasattr(import_module(module), last) or import_module(name), name


@pytest.mark.parametrize(
    "readme", [page for page in PAGES if page.match("psychometrics/*/README.md")], ids=str
)
def test_the_readme_of_an_engine_names_every_module(readme: Path) -> None:
    named = {Path(one).name.removesuffix(".py") for one in spans(readme)}
    modules = {module.stem for module in (ROOT / readme).parent.glob("*.py")}
    values = {name for name in modules if name.endswith(("options", "results"))}
    assert modules - values - named == {"__init__"}


def calls(page: Path) -> Iterator[list[str]]:
    for line in chain.from_iterable(block.splitlines() for block in blocks(page)):
        if line.startswith((".venv/bin/alliance ", "alliance ")):
            settled = re.sub(r'"\$\([^)]*\)"', "'{}'", line)
            yield shlex.split(settled, comments=True)[1:]


def parser_of(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(exit_on_error=False)
    import_module(f"service.cli.{command}").declare(parser)
    return parser


@every_page
def test_commands_of_examples_are_understood(page: Path) -> None:
    for command, *arguments in calls(page):
        parser_of(command).parse_args(arguments)


@every_page
def test_commands_within_sentences_have_these_actions_and_options(page: Path) -> None:
    for words in (one.split() for one in spans(page) if re.match(r"alliance [a-z]", one)):
        command, rest = words[1], words[2:]
        parser = parser_of(command)
        for actions in filter(None, (action.choices for action in parser._actions)):
            if isinstance(actions, dict) and rest:
                parser = actions[rest[0]]
        options = {word.split("=")[0] for word in rest if word.startswith("--")}
        assert options <= set(parser._option_string_actions), " ".join(words)


def test_every_command_is_declared() -> None:
    assert all(parser_of(command).format_help() for command in COMMANDS)


@every_page
def test_settings_that_are_named_exist(page: Path) -> None:
    known = set(re.findall(r"`(\w+)`", settings_table()))
    text = (ROOT / page).read_text(encoding="utf-8")
    named = {re.sub("_FILE$", "", one) for one in re.findall(r"ALLIANCE_[A-Z_]+[A-Z]", text)}
    assert named - known - NOT_SETTINGS == set()


def test_the_page_of_settings_is_what_the_command_prints() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert page.endswith(settings_table() + "\n"), "put what `alliance settings` prints at its end"


def targets() -> dict[str, bool]:
    """Return the targets of the Makefile, and whether `make help` describes them."""
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    rules = [re.match(r"([a-z-]+):(.*)", line) for line in lines]
    return {rule[1]: "##" in rule[2] for rule in rules if rule}


@every_page
def test_targets_of_make_that_are_named_exist(page: Path) -> None:
    code = chain(spans(page), *(block.splitlines() for block in blocks(page)))
    named = {found[1] for one in code if (found := re.match(r"make ([a-z-]+)", one))}
    assert named - set(targets()) == set()


def test_make_help_describes_every_target() -> None:
    assert [name for name, described in targets().items() if not described] == []


@pytest.fixture(scope="module")
def routes() -> set[str]:
    paths = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))["paths"]
    return {
        f"{method.upper()} {re.sub('{.*?}', '{}', path)}"
        for path, methods in paths.items()
        for method in methods
    }


@every_page
def test_routes_that_are_named_exist(page: Path, routes: set[str]) -> None:
    named = [
        (found[1], found[2])
        for one in spans(page)
        if (found := re.match(r"(GET|POST|PUT|DELETE) (/[^\s?]*)", one))
    ]
    written = {f"{method} {one}" for method, path in named for one in spelled_out(path)}
    assert {re.sub("{.*?}", "{}", one) for one in written} - routes == set()


def spelled_out(path: str) -> list[str]:
    """Write `report.{html,docx}` as two paths."""
    several = re.search(r"{(\w+(?:,\w+)+)}", path)
    if several is None:
        return [path]
    return [path.replace(several[0], ending) for ending in several[1].split(",")]
