"""What `make lint` checks types by: which modules are strict, and what is excused with its reason."""

import io
import re
import tokenize
import tomllib
from fnmatch import fnmatchcase

import pytest

from tests.running import PROJECT
from tests.test_architecture import FILES

SETTINGS = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["mypy"]
STRICT = (
    "ptychoparity", "ptychoparity.core.*", "ptychoparity.reports.*", "ptychoparity.backends.protocol",
    "ptychoparity.backends.registry", "ptychoparity.backends.worker", "ptychoparity.spec_tests.catalogue",
    "ptychoparity.spec_tests.contract", "ptychoparity.spec_tests.descriptors", "ptychoparity.spec_tests.files",
    "ptychoparity.spec_tests.tables", "ptychoparity.spec_tests.vocabulary",
)  # fmt: skip
EXCUSED = re.compile(r"# type: ignore\[[a-z-]+(, [a-z-]+)*\]  # \S.*")


def _module(file: str) -> str:
    name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return name if name.split(".")[0] in ("ptychoparity", "tests") else f"ptychoparity.{name}"


def _fits(module: str, pattern: str) -> bool:
    """`a.*` is also `a` itself."""
    return fnmatchcase(module, pattern) or pattern == f"{module}.*"


def settings_of(module: str) -> dict[str, object]:
    """What a module is checked with: patterns first, then what names it, each the later one last, as mypy does."""
    found = {name: value for name, value in SETTINGS.items() if name != "overrides"}
    rows = [row for row in SETTINGS["overrides"] if any(_fits(module, pattern) for pattern in row["module"])]
    for row in sorted(rows, key=lambda row: module in row["module"]):
        found |= {name: value for name, value in row.items() if name != "module"}
    return found


def unexcused(source: str) -> list[str]:
    """Comments that silence the checker without a code and a reason."""
    comments = [
        one.string for one in tokenize.generate_tokens(io.StringIO(source).readline) if one.type == tokenize.COMMENT
    ]
    return [one for one in comments if one.startswith("# type: ignore") and not EXCUSED.fullmatch(one)]


def test_the_promised_modules_are_strict():
    modules = [name for name in map(_module, FILES) if any(_fits(name, pattern) for pattern in STRICT)]
    assert len(modules) > 40
    for module in modules:
        found = settings_of(module)
        assert found.pop("strict") and found.pop("warn_return_any", True), module
        assert set(found) <= {"cache_dir", "enable_error_code", "python_version"}, module


def test_only_the_audit_is_not_checked():
    skipped = {name for name in map(_module, FILES) if settings_of(name).get("ignore_errors")}
    assert skipped and all(name.startswith(("ptychoparity.audit", "tests.audit")) for name in skipped)


def test_what_is_excused_has_a_code_and_a_reason():
    found = {name: unexcused((PROJECT / name).read_text(encoding="utf-8")) for name in FILES}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("excuse", ["# type: ignore", "# type: ignore[misc]", "# type: ignore  # it is right"])
def test_an_excuse_without_code_or_reason_is_seen(excuse):
    assert unexcused(f"x = 1  {excuse}\n") == [excuse]
