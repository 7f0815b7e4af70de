"""What `import ptychoparity` offers is documented: parameters, returns, raises, in NumPy's style."""

import doctest
import inspect
import re

import pytest

import ptychoparity
from ptychoparity import Backend, BackendInfo
from ptychoparity.backends import protocol
from tests.running import PROJECT

SECTION = re.compile(r"^([A-Z][a-z]+)\n-+$", re.MULTILINE)


def _sections(thing: object) -> dict[str, str]:
    """The sections of a docstring, by heading."""
    parts = SECTION.split(inspect.getdoc(thing) or "")
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _named(section: str) -> list[str]:
    return re.findall(r"^(\w+) : ", section, re.MULTILINE)


METHODS = [function for name, function in inspect.getmembers(Backend, inspect.isfunction) if not name.startswith("_")]


@pytest.mark.parametrize("name", ptychoparity.__all__)
def test_everything_exported_says_what_it_is(name):
    doc = vars(getattr(ptychoparity, name)).get("__doc__") or ""
    assert doc.strip().partition("\n")[0].endswith("."), f"{name} has no first sentence of its own"


def test_every_field_of_a_backends_info_is_explained():
    assert _named(_sections(BackendInfo)["Parameters"]) == list(inspect.signature(BackendInfo).parameters)


def test_there_are_methods_to_look_at():
    assert {method.__name__ for method in METHODS} == {"info", "operations", "call", "synchronize"}


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)
def test_every_method_says_what_it_takes_and_returns(method):
    found, signature = _sections(method), inspect.signature(method)
    assert _named(found.get("Parameters", "")) == list(signature.parameters)[1:]
    assert ("Returns" in found) == (signature.return_annotation is not None)


def test_what_the_documents_show_is_so():
    assert doctest.testmod(protocol).attempted and doctest.testmod(protocol).failed == 0


@pytest.mark.parametrize(
    "page", ["docs/onboarding.md", "docs/examples/first_backend.py", "docs/examples/first_steps.py"]
)
def test_a_newcomer_imports_from_the_top(page):
    text = (PROJECT / page).read_text(encoding="utf-8")
    assert "from ptychoparity import " in text and "from ptychoparity." not in text
