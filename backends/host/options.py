"""Fields of a configuration that carry rules; the backends read and check them, each in its own way."""

import dataclasses
from enum import Enum
from typing import Any


class Range(Enum):
    """What the numbers of a field must be."""

    POSITIVE = "above 0"
    NOT_NEGATIVE = "at least 0"
    FRACTION = "between 0 and 1"
    POWER_OF_TWO = "a power of two"


def option(default: Any = dataclasses.MISSING, **rules: Any) -> Any:
    """Return a dataclass field with rules.

    `range`: a Range. `legacy`: its key in the legacy dictionary, where that is not its name. `of_operator`: above 0 in
    a network other than cnn.
    """
    return dataclasses.field(default=default, metadata=rules)
