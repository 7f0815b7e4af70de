"""What the documents promise: links that lead somewhere, and an example backend that conforms."""

import re

import pytest

from tests.running import PROJECT, check

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


def test_the_example_backend_conforms_at_every_level(tmp_path):
    backend = "docs.examples.first_backend:FirstBackend"
    done = check(tmp_path, "--backend", backend, "--gate", "house", "--operation", "diffract")
    assert done.exit == 0, done.stdout
    assert sum(c["outcome"] == "pass" for c in done.checks) > 30


def test_the_newcomers_first_step_could_not_be_judged(tmp_path):
    done = check(tmp_path, "--backend", "docs.examples.first_steps:Step1", "--operation", "diffract", "--kind", "smoke")
    assert done.exit == 2
    assert "takes no arguments" in done.events[-1]["verdicts"][0]["why"]
