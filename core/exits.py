"""Exit codes."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of every command."""

    CONFORMS = 0
    DOES_NOT_CONFORM = 1
    NOT_JUDGED = 2

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Exit.CONFORMS: "nothing that gates has failed",
    Exit.DOES_NOT_CONFORM: "at least one backend does not conform",
    Exit.NOT_JUDGED: "at least one backend could not be judged",
}
