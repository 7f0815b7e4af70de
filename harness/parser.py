"""Parsing the command line: a name that does not exist gets the nearest that does."""

import argparse
from collections.abc import Sequence
from importlib import metadata
from typing import Any, NoReturn

from ptychoparity.core.nearest import did_you_mean


class Parser(argparse.ArgumentParser):
    """argparse's parser, with the nearest name in its errors. Parsers of subcommands are of this class, too."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Raise ArgumentError for what is none of the choices: a subcommand, or the value of an option."""
        if action.choices is None or value in action.choices:
            return
        raise argparse.ArgumentError(action, not_a_choice(str(value), list(map(str, action.choices))))

    def parse(self, words: Sequence[str] | None = None) -> argparse.Namespace:
        """Parse as `parse_args` does; an option that does not exist gets the nearest that does."""
        parsed, left = self.parse_known_args(words)
        if left:
            self._refuse(left, getattr(parsed, "command", None))
        return parsed

    def _refuse(self, left: Sequence[str], command: str | None) -> NoReturn:
        """End with the words that nothing takes."""
        known = [flag for parser in (self, self._command(command)) for flag in parser._option_string_actions]
        hints = (did_you_mean(word.partition("=")[0], known, most=1) for word in left if word.startswith("-"))
        hint = next((f"; {hint}" for hint in hints if hint), "")
        self._command(command).error(f"unrecognized arguments: {' '.join(left)}{hint}")

    def _command(self, name: str | None) -> argparse.ArgumentParser:
        """The parser of a subcommand; this one where none was named."""
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction) and name in action.choices:
                return action.choices[name]
        return self


class Version(argparse.Action):
    """`--version`: the version, read only where it is wanted."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=help or "print the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        print(f"ptychoparity {metadata.version('ptychoparity')}")
        parser.exit()


def not_a_choice(value: str, choices: Sequence[str]) -> str:
    """Return `expected quick, default or nightly, got 'nightli'; did you mean nightly?`."""
    *most, last = choices
    expected = f"{', '.join(most)} or {last}" if most else last
    hint = did_you_mean(value, choices, most=1)
    return f"expected {expected}, got {value!r}" + (f"; {hint}" if hint else "")


def choice(choices: Sequence[str]) -> Any:
    """Return what turns an option's text into one of `choices`, in argparse's parser and in pytest's."""

    def convert(text: str) -> str:
        if text not in choices:
            raise argparse.ArgumentTypeError(not_a_choice(text, choices))
        return text

    return convert
