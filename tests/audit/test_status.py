"""Differences spelled out, the status they make, and what the client does that is not borne."""

import pytest

from ptychoparity.audit.counterparts import Counterpart
from ptychoparity.audit.misfits import misfits
from ptychoparity.audit.status import Difference, differences, own_status, status_of
from ptychoparity.audit.touches import client_touches
from tests.audit.pair import files, read_pair
from tests.audit.sources import read, write

FOUND = Counterpart("cand.m.f", 0.9, ())


def compared(tmp_path, mine, theirs, used=(), positional=0, name="f", called=False):
    write(tmp_path, {"ref/m.py": mine, "cand/m.py": theirs})
    sources = read(tmp_path, "ref", "cand")
    symbols = [sources[role].symbols[f"{role}.m.{name}"] for role in ("ref", "cand")]
    return differences(*symbols, set(used), positional, called)


@pytest.mark.parametrize(
    ("mine", "theirs", "kind", "text"),
    [
        ("def f(a, b=1): ...", "def f(a): ...", "lacks unused", "takes no 'b'"),
        ("def f(a, b=1): ...", "def f(a, **more): ...", "untold", "takes 'b' through **more if at all"),
        ("def f(a, b=1): ...", "def f(a, *rest): ...", "untold", "takes 'b' through *rest if at all"),
        ("def f(a, *, b=1): ...", "def f(a, *rest): ...", "lacks unused", "takes no 'b'"),
        ("def f(a, b, /): ...", "def f(a, **more): ...", "parameter", "takes no 'b' by position"),
        ("def f(a, **more): ...", "def f(a, *, b): ...", "untold", "needs 'b', there through **more if at all"),
        ("def f(a, **more): ...", "def f(a, b, /): ...", "parameter", "needs 'b', which the reference has not"),
        ("def f(a): ...", "def f(a, b): ...", "parameter", "needs 'b', which the reference has not"),
        ("def f(a): ...", "def f(a, *, b): ...", "parameter", "needs 'b', keyword-only, which the reference has not"),
        ("def f(a=1): ...", "def f(a=made(1)): ...", "untold", "'a': default 1 there, default made(1) here"),
        ("def f(a=1): ...", "def f(a=int(2)): ...", "default", "'a': default 1 there, default int(2) here"),
        (
            "def f(a=make(1)): ...",
            "def f(a=make(2)): ...",
            "default",
            "'a': default make(1) there, default make(2) here",
        ),
        ("def f(a): ...", "def f(a, b=2): ...", "more", "takes also b=2"),
        ("def f(a_b): ...", "def f(aB): ...", "parameter", "'a_b' is called 'aB'"),
        ("def f(path): ...", "def f(folder): ...", "parameter", "'path' is called 'folder'"),
        ("def f(a=1): ...", "def f(a=2): ...", "default", "'a': default 1 there, default 2 here"),
        ("def f(a=None): ...", "def f(a): ...", "default", "'a': default None there, has to be given here"),
        ("def f(a: int): ...", "def f(a: str): ...", "annotation", "'a' is int there, str here"),
        ("def f(a, b): ...", "def f(b, a): ...", "order", "order a, b there, b, a here"),
        ("def f(a): ...", "def f(*, a): ...", "kind", "'a' only by name here"),
        ("def f() -> int: ...", "def f() -> str: ...", "returns", "answers int there, str here"),
        ("def f(): ...", "class f: ...", "kind", "a function there, a class here"),
    ],
)
def test_differences_of_functions(tmp_path, mine, theirs, kind, text):
    assert [(one.kind, one.text) for one in compared(tmp_path, mine, theirs)] == [(kind, text)]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("def f(a: Optional[int] = None): ...", "def f(a: int | None = None): ..."),
        ("def f(a: tf.Tensor): ...", "def f(a: 'torch.Tensor'): ..."),
        ("def f(a: Union[int, str]): ...", "def f(a: str | int): ..."),
        ("def f(a=1e9): ...", "def f(a=1000000000.0): ..."),
        ("def f(a='x'): ...", 'def f(a="x"): ...'),
        ("def f(a: int): ...", "def f(a): ..."),
        ("def f(*rest, **more): ...", "def f(): ..."),
    ],
)
def test_what_is_no_difference(tmp_path, mine, theirs):
    assert compared(tmp_path, mine, theirs) == []


def test_what_is_used_by_name_is_lacked_and_not_only_different(tmp_path):
    assert [one.kind for one in compared(tmp_path, "def f(a, b=1): ...", "def f(a): ...", {"b"})] == ["lacks"]
    assert [one.kind for one in compared(tmp_path, "def f(a_b=1): ...", "def f(ab=1): ...", {"a_b"})] == ["lacks"]


def test_what_is_given_by_position_does_not_go_through_two_stars(tmp_path):
    found = compared(tmp_path, "def f(a, b=1): ...", "def f(a, **more): ...", positional=2)
    assert [(one.kind, one.text) for one in found] == [("lacks", "takes no 'b' by position")]
    found = compared(tmp_path, "def f(a, b=1): ...", "def f(a, *rest): ...", {"b"})
    assert [one.kind for one in found] == ["lacks"]


def test_what_no_call_gives_does_not_go_through_two_stars_either(tmp_path):
    mine, theirs = "def f(a, **more): ...", "def f(a, *, b): ..."
    assert [one.kind for one in compared(tmp_path, mine, theirs, {"b"}, called=True)] == ["untold"]
    assert [one.kind for one in compared(tmp_path, mine, theirs, called=True)] == ["parameter"]


def test_an_argument_by_position_has_to_stand_at_its_place(tmp_path):
    mine, theirs = "def f(a, b=1): ...", "def f(a, extra=0, b=1): ..."
    assert [one.kind for one in compared(tmp_path, mine, theirs)] == ["more"]
    assert [one.text for one in compared(tmp_path, mine, theirs, positional=2) if one.kind == "order"] == [
        "'b' is argument 2 there, 3 here"
    ]


def test_fields_differ_in_default_and_type_and_a_property_is_an_attribute(tmp_path):
    fields = "from dataclasses import dataclass\n@dataclass\nclass C:\n    x: {} = {}\n"
    found = compared(tmp_path, fields.format("int", 1), fields.format("float", 2), name="C.x")
    assert [one.text for one in found] == ["is declared int there, float here", "default 1 there, default 2 here"]
    held = "class C:\n    def __init__(self): self.x = 1\n"
    made = "class C:\n    @property\n    def x(self): return 1\n"
    assert compared(tmp_path, held, made, name="C.x") == []


@pytest.mark.parametrize(
    ("found", "kinds", "status"),
    [
        (None, (), "missing"),
        (FOUND, (), "present"),
        (FOUND, ("more", "own", "untold"), "present"),
        (FOUND, ("default",), "diverging"),
        (FOUND, ("lacks unused",), "diverging"),
        (FOUND, ("default", "lacks"), "partial"),
    ],
)
def test_status(found, kinds, status):
    assert status_of(found, [Difference(kind, "") for kind in kinds]) == status


# what the client does


def unfit(tmp_path, role="reference"):
    sources = read_pair(files(tmp_path))
    tree = sources[role]
    grouped = {}
    for one in client_touches(sources["client"], tree):
        grouped.setdefault(one.symbol, []).append(one)
    found = {}
    for name, touches in grouped.items():
        several = misfits(touches, tree.symbols.get(name), tree)
        if several:
            found[name] = [(one.text, one.place.line, one.expected) for one in several]
    return found


def test_what_the_reference_does_not_bear(tmp_path):
    assert unfit(tmp_path) == {
        "ref.config.ModelConfig.N": [("writes it, and ModelConfig is frozen", 16, "N")],
        "ref.config.ModelConfig.unknown": [("gives 'unknown', and it is not there", 6, "unknown")],
        "ref.flow.save_all": [("does not give 'path', which has to be given", 24, "save_all")],
        "ref.flow.vanished": [
            ("imports it, and it is not there", 14, "vanished"),
            ("calls it, and it is not there", 25, "vanished"),
            ("gives 'a', and it is not there", 25, "a"),
        ],
        "ref.lazy.absent": [("calls it, and it is not there", 23, "absent")],
    }


def test_what_the_candidate_does_not_bear(tmp_path):
    found = unfit(tmp_path, "candidate")
    assert found == {
        "cand.config_params.TrainingConfig.warmup": [("gives 'warmup', and it is not there", 11, "warmup")],
        "cand.formats.Formats": [("asks for 'three', which is none of 'one', 'two'", 14, "Formats")],
    }


def test_calls_that_do_not_fit(tmp_path):
    write(
        tmp_path,
        {
            "ref/m.py": "def f(a, b=1): ...\ndef g(*rest): ...\nclass K:\n    def m(self, a): ...\n    @staticmethod\n"
            "    def s(a): ...\nclass Empty: ...\nimport keras\nclass Lib(keras.Model): ...\n",
            "cli/m.py": "from ref.m import f, g, K, Empty, Lib\nf(1, 2, 3)\nf(c=1, a=1)\nf(*x)\ng(1, 2, 3)\nK().m(1)\n"
            "K().m()\nK.s(1)\nEmpty(1)\nLib(1, x=2)\n",
        },
    )
    sources = read(tmp_path, "ref", "cli")
    tree = sources["ref"]
    found = set()
    for symbol in ("f", "g", "K", "K.m", "K.s", "Empty", "Lib"):
        mine = [one for one in client_touches(sources["cli"], tree) if one.symbol == f"ref.m.{symbol}"]
        found |= {(one.place.line, one.text) for one in misfits(mine, tree.symbols[f"ref.m.{symbol}"], tree)}
    assert found == {
        (2, "gives 3 arguments by position, and it takes 2"),
        (3, "gives 'c', which it does not take"),
        (7, "does not give 'a', which has to be given"),
        (9, "gives 1 arguments by position, and it takes 0"),
    }


def test_the_status_of_what_is_asked_of_the_candidate_itself(tmp_path):
    symbol = read_pair(files(tmp_path))["candidate"].symbols["cand.formats.Formats"]
    assert own_status(None, "", [], []) == "missing"
    assert own_status(None, "lightning.X", [], []) == "present"
    assert own_status(symbol, "", [Difference("lacks", "")], []) == "partial"
    assert own_status(symbol, "", [], []) == "present"
