"""Every mutant of every backend dies of a check of its own clause, or is stated below as one that nobody hunts."""

import json

import pytest

from ptychoparity.backends import registry
from ptychoparity.harness.mutants.catalogue import mutants
from ptychoparity.spec_tests.catalogue import clause
from tests.running import ptychoparity

pytestmark = pytest.mark.long
FRAMEWORKS = {"numpy": "numpy", "tensorflow": "tensorflow", "pytorch": "torch"}
NOT_CLAIMED = {"numpy": set(), "tensorflow": {"load_count_scan", "bridge_config"}, "pytorch": {"load_count_scan"}}
"""Operations that a backend does not claim yet: when it does, its mutants are hunted, and its line here goes."""
SECONDS = 1800.0


def expected(backend: str) -> dict[str, str]:
    """What is to become of each mutant, by its name."""
    outcomes = {}
    for mutant in mutants():
        if not clause(mutant.clause).applies(FRAMEWORKS[backend]):
            outcomes[mutant.name] = "not applicable"
        elif mutant.operation in NOT_CLAIMED[backend]:
            outcomes[mutant.name] = "not claimed"
        else:
            outcomes[mutant.name] = "equivalent" if mutant.equivalent else "killed"
    return outcomes


@pytest.mark.parametrize("backend", FRAMEWORKS)
def test_every_mutant_ends_as_expected(backend, tmp_path):
    if reason := registry.find(backend).missing():
        pytest.skip(f"{backend}: {reason}")
    done = ptychoparity("mutate", "--backend", backend, "--runs", str(tmp_path), timeout=SECONDS)
    (file,) = tmp_path.glob("*-mutants/mutants.json")
    told = json.loads(file.read_text())
    found = {f"{row['operation']}/{row['id']}": row["outcome"] for row in told["mutants"]}
    wanted = expected(backend)
    assert found.keys() == wanted.keys()
    assert {name: (wanted[name], found[name]) for name in found if found[name] != wanted[name]} == {}
    assert (done.exit, told["exit"], told["clauses_without_mutant"]) == (0, 0, []), done.stdout[-2000:]
