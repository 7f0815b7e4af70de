"""How much a run tries: data, not code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    name: str
    examples: int
    """Inputs per property check; fewer is an error of the run."""
    relation_examples: int
    seed: int | None = 0
    """None: another seed every run, written into the header."""


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", examples=10, relation_examples=3),
        Profile("default", examples=50, relation_examples=12),
        Profile("nightly", examples=400, relation_examples=60, seed=None),
    )
}

MINIMUM_CHECKS = 20
"""Per contract and backend: with fewer a run could not be judged."""
