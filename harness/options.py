"""The options of `check`, once: the command line and pytest read the same table."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ptychoparity.core.devices import Device
from ptychoparity.core.errors import UsageError
from ptychoparity.core.kinds import SELECTABLE
from ptychoparity.core.levels import Gate
from ptychoparity.core.limits import CALL_SECONDS
from ptychoparity.core.nearest import did_you_mean
from ptychoparity.core.profiles import PROFILES
from ptychoparity.harness.parser import choice

AUTO = "auto"
"""A device: the CPU, and CUDA where there is one."""


@dataclass(frozen=True)
class Option:
    """One option."""

    name: str
    help: str
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    default: Any = None
    repeatable: bool = False
    convert: Callable[[str], Any] | None = None
    in_file: bool = False
    """Whether `ptychoparity.toml` may hold it (`harness.project`): then `None` is declared, and means that the command
    line leaves it open."""

    @property
    def flag(self) -> str:
        return f"--{self.name}"

    @property
    def attribute(self) -> str:
        """What the parsed options call it."""
        return self.name.replace("-", "_")

    @property
    def converter(self) -> Callable[[str], Any] | None:
        """What turns its text into its value; None where the text is the value."""
        return self.convert or (choice(self.choices) if self.choices else None)

    def add(self, add_argument: Callable[..., Any]) -> None:
        """Declare it to a parser: argparse's `add_argument` or pytest's `addoption`."""
        default = None if self.in_file else self.default
        keywords: dict[str, Any] = {"help": self.help, "default": [] if self.repeatable else default}
        if self.repeatable:
            keywords["action"] = "append"
        if self.choices:
            keywords["choices"] = list(self.choices)
        elif self.metavar:
            keywords["metavar"] = self.metavar
        if self.converter:
            keywords["type"] = self.converter
        add_argument(self.flag, **keywords)

    def words(self, value: Any) -> list[str]:
        """The option with this value, as words of a command line."""
        if self.repeatable:
            return [word for one in value for word in (self.flag, str(one))]
        return [] if value is None else [self.flag, str(value)]


def _device(text: str) -> str:
    """A device's text, or `auto`."""
    try:
        return text if text == AUTO else str(Device.parse(text))
    except UsageError as error:
        hint = did_you_mean(text, (AUTO, "cpu", "cuda", "mps"), most=1)
        raise argparse.ArgumentTypeError(f"{error}, or auto{f'; {hint}' if hint else ''}") from error


ADDED = (
    Option("contracts", "also the contracts of this folder, your own; repeatable", "DIR", repeatable=True,
           in_file=True),
    Option("oracle", "what answers them, in the run's own process (default: nothing; they are then held against their "
           "contracts, stated values and relations alone)", "MODULE:FUNCTION"),
)  # fmt: skip
"""Contracts of the user's own, and their oracle."""

OPTIONS = (
    Option("backend", "backend under test: a name (see `ptychoparity list`), module:Class, either with "
           "@/path/to/python; NAME=... gives it a name of your own; repeatable (default: tensorflow and pytorch)",
           "NAME", repeatable=True, in_file=True),
    Option("env", "an environment variable of the backends' processes, part of their names "
           "(upstream-tensorflow+USE_XLA_TRANSLATE=0); repeatable", "NAME=VALUE", repeatable=True),
    Option("device", "cpu, cuda, cuda:N, mps or auto; repeatable (default: auto, which is cpu, and cuda when there is "
           "one)", "DEVICE", repeatable=True, convert=_device, in_file=True),
    Option("profile", "how much is tried (default: default)", choices=tuple(PROFILES), default="default",
           in_file=True),
    Option("operation", "only this operation; repeatable", "NAME", repeatable=True),
    Option("kind", "only this kind; repeatable", choices=tuple(kind.value for kind in SELECTABLE), repeatable=True),
    Option("only", "only checks whose id matches; repeatable", "GLOB", repeatable=True),
    Option("scan", "also check on a scan: a raw NPZ; `integration`, the stored small one; `simulated`; `auto` for the "
           "measured one in $PTYCHOPARITY_DATA, else simulated", "FILE.npz"),
    Option("gate", "levels whose failures turn the verdict (default: must; house for this project's own backends)",
           choices=tuple(gate.value for gate in Gate), in_file=True),
    Option("timeout", f"seconds a call may take (default: {CALL_SECONDS:g}); a contract's own limit scales with it",
           "SECONDS", default=CALL_SECONDS, convert=float, in_file=True),
    *ADDED,
    Option("expectations", "recorded known failures of a backend (TOML); repeatable", "FILE", repeatable=True,
           in_file=True),
    Option("runs", "where results go (default: runs)", "DIR", default="runs"),
)  # fmt: skip
"""Every option that pytest takes too."""

IN_FILE = tuple(option for option in OPTIONS if option.in_file)
"""Options that `ptychoparity.toml` may hold."""

SELECTING = ("operation", "kind", "only")
"""Options with which a run is of a part of the suite."""
