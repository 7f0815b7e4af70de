"""A tolerance is widened only with another reason: (contract, output, numbers, why) are pinned as data.

After a considered change write the pins again: python -m tests.test_tolerances
"""

import json
from pathlib import Path

from ptychoparity.spec_tests.contract import contracts

PINS = Path(__file__).parent / "data/tolerances.json"
SECTIONS = ("tolerance", "golden_budget")


def current() -> dict[str, dict]:
    """Every tolerance of every contract by `operation/section/output`."""
    return {
        f"{operation}/{section}/{output}": {"numbers": {k: v for k, v in t.items() if k != "why"}, "why": t["why"]}
        for operation, contract in contracts().items()
        for section in SECTIONS
        for output, t in contract.get(section, {}).items()
    }


def unreasoned(pinned: dict[str, dict], found: dict[str, dict]) -> list[str]:
    """Tolerances whose numbers changed while their reason did not."""
    return [
        f"{name}: {pinned[name]['numbers']} became {now['numbers']}, and its why is the same"
        for name, now in found.items()
        if name in pinned and now["numbers"] != pinned[name]["numbers"] and now["why"] == pinned[name]["why"]
    ]


def test_no_number_changed_without_its_reason():
    assert unreasoned(json.loads(PINS.read_text()), current()) == []


def test_the_pins_are_up_to_date():
    """A new, changed or vanished tolerance is recorded: python -m tests.test_tolerances"""
    assert current() == json.loads(PINS.read_text())


def test_a_reason_says_something():
    assert [name for name, t in current().items() if len(t["why"].split()) < 2] == []


def test_a_widened_number_is_seen():
    before = {"x/tolerance/y": {"numbers": {"rtol": 1e-6}, "why": "one FFT"}}
    assert unreasoned(before, {"x/tolerance/y": {"numbers": {"rtol": 1e-5}, "why": "one FFT"}})
    assert not unreasoned(before, {"x/tolerance/y": {"numbers": {"rtol": 1e-5}, "why": "two FFTs"}})
    assert unreasoned(before, {"x/tolerance/y": {"numbers": {"rtol": 1e-6, "atol": 1.0}, "why": "one FFT"}})


if __name__ == "__main__":
    kept = json.loads(PINS.read_text()) if PINS.exists() else {}
    if problems := unreasoned(kept, current()):
        raise SystemExit("\n".join(problems))
    PINS.write_text(json.dumps(current(), indent=1, ensure_ascii=False) + "\n")
