"""What the documents promise: links that lead somewhere, commands that say what is shown, examples that conform."""

import re
import shlex
import shutil
import sys

import pytest

from tests.running import PROJECT, check, run

PAGES = sorted([PROJECT / "README.md", PROJECT / "fixtures" / "README.md", *(PROJECT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_names_both_commands_of_the_makefile():
    readme, makefile = (PROJECT / "README.md").read_text(), (PROJECT / "Makefile").read_text()
    for name in ("parity", "test"):
        assert f"make {name}" in readme
        assert re.search(rf"^{name}:", makefile, re.MULTILINE)


@pytest.mark.parametrize(
    ("backend", "operations"),
    [
        ("first_backend:FirstBackend", ["diffract"]),
        ("second_backend:SecondBackend", ["params_get", "params_set", "load_scan", "save_scan"]),
    ],
)
def test_the_example_backends_conform_at_every_level(backend, operations, tmp_path):
    words = [word for operation in operations for word in ("--operation", operation)]
    done = check(tmp_path, "--backend", f"docs.examples.{backend}", "--gate", "house", *words)
    assert done.exit == 0, done.stdout
    assert sum(c["outcome"] == "pass" for c in done.checks) > 30 * len(operations)
    assert done.events[0]["backends"][0]["operations"] == sorted(operations)


BLOCK = re.compile(r"^```\n(\$ .*?)^```$", re.MULTILINE | re.DOTALL)
NEEDS_A_PACKAGE = ("ptychoparity list",)
"""Shown after an installed package has named an entry point."""


def _shown(page: str) -> list[tuple[str, str]]:
    """The commands of a page, each with what it shows that they say."""
    blocks = BLOCK.findall((PROJECT / "docs" / page).read_text())
    parts = [part.split("\n", 1) for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, output) for command, output in parts if command not in NEEDS_A_PACKAGE]


ONBOARDING = _shown("onboarding.md")


@pytest.fixture(scope="module")
def try_out(tmp_path_factory):
    """The folder that the page tells its reader to make."""
    folder = tmp_path_factory.mktemp("project") / "try"
    folder.mkdir()
    (folder.parent / "docs").symlink_to(PROJECT / "docs")
    shutil.copy(PROJECT / "docs" / "examples" / "first_steps.py", folder)
    return folder


def _without_times(text: str) -> str:
    return re.sub(r"runs/[0-9TZ:-]+(-\d+)?/", "runs/TIME/", text)


@pytest.mark.parametrize(("command", "output"), ONBOARDING, ids=[command for command, _ in ONBOARDING])
def test_a_newcomer_sees_what_the_page_shows(command, output, try_out):
    if "new-backend" in command:
        (try_out / "my_lab.py").unlink(missing_ok=True)
    ours = f"{shlex.quote(sys.executable)} -m ptychoparity "
    done = run("sh", "-c", re.sub(r"\bptychoparity ", ours, command, count=1), folder=try_out, PYTHONPATH="")
    said = [line.rstrip() for line in _without_times(done.stdout).splitlines()]
    at = 0
    for line in (one.rstrip() for one in _without_times(output).splitlines()):
        if line.strip() != "...":
            assert line in said[at:], (line, done.stdout, done.stderr)
            at = said.index(line, at) + 1


def test_the_page_shows_what_is_held():
    assert len(ONBOARDING) >= 9


def test_the_newcomers_first_step_could_not_be_judged(tmp_path):
    done = check(tmp_path, "--backend", "docs.examples.first_steps:Step1", "--operation", "diffract", "--kind", "smoke")
    assert done.exit == 2
    assert "takes no arguments" in done.events[-1]["verdicts"][0]["why"]
