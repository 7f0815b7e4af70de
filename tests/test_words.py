"""Words and options stand once: every front has the same, and a word without its properties is refused."""

from typing import Any

import pytest

from ptychoparity.core.kinds import SELECTABLE, Kind
from ptychoparity.core.levels import Gate
from ptychoparity.core.outcomes import Outcome, Standing
from ptychoparity.core.profiles import PROFILES
from ptychoparity.core.verdicts import Judgement, Known
from ptychoparity.harness import plugin
from ptychoparity.harness.cli import _parser
from ptychoparity.harness.options import OPTIONS
from ptychoparity.reports.html.columns import MARKS


class _Recorder:
    """Stands for pytest's parser: keeps what is declared."""

    def __init__(self) -> None:
        self.declared: dict[str, dict[str, Any]] = {}

    def getgroup(self, *_: str) -> "_Recorder":
        return self

    def addoption(self, flag: str, **keywords: Any) -> None:
        self.declared[flag] = keywords


def _command_line() -> dict[str, Any]:
    """The options of `check`, as the command line has them."""
    (commands,) = (action for action in _parser()._actions if action.dest == "command")
    parsers: Any = commands.choices
    return {action.option_strings[-1]: action for action in parsers["check"]._actions}


def test_the_command_line_and_pytest_have_the_same_options():
    recorder: Any = _Recorder()
    plugin.pytest_addoption(recorder)
    there = _command_line()
    assert set(recorder.declared) == {option.flag for option in OPTIONS}
    for flag, keywords in recorder.declared.items():
        action = there[flag]
        assert (action.help, action.default) == (keywords["help"], keywords["default"])
        assert action.choices == keywords.get("choices") and action.metavar == keywords.get("metavar")


def test_choices_are_the_words():
    there = _command_line()
    assert there["--profile"].choices == list(PROFILES)
    assert there["--gate"].choices == [gate.value for gate in Gate]
    assert there["--kind"].choices == [kind.value for kind in SELECTABLE]


def test_every_outcome_has_a_standing_and_every_standing_a_mark():
    assert {outcome.standing for outcome in Outcome} == set(Standing) == set(MARKS)
    assert [outcome.value for outcome in Outcome if outcome.bad] == ["fail", "error", "crash", "timeout", "xpass"]
    assert [outcome.value for outcome in Outcome if not outcome.asked] == ["skip", "not-run"]


def test_a_word_without_its_properties_is_refused():
    enums: tuple[Any, ...] = (Outcome, Kind)
    for words in enums:
        with pytest.raises(TypeError, match="has no"):
            words._new_member_(words, "new")  # what makes a member when the class is made
        with pytest.raises(ValueError, match="is not a valid"):
            words("new")


def test_phases_and_ranks():
    assert [kind.phase for kind in Kind] == list(range(len(Kind)))
    assert min(Kind, key=lambda kind: kind.telling) is Kind.RELATION
    assert [known for known in Known if known.true] == [Known.MET]
    assert [judgement.exit.value for judgement in Judgement] == [0, 0, 1, 2, 2]
