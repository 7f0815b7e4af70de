"""The package's parameter store, `ptycho.params.cfg`: as on import before each call, with what the call sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from ptycho import params


@cache
def defaults() -> dict[str, Any]:
    """The store as the package's import leaves it; to be asked for once before anything is set."""
    return dict(params.cfg)


@contextmanager
def store(**values: Any) -> Iterator[dict[str, Any]]:
    """The package's own dictionary, as on import, with `values` on top; as on import again afterwards.

    A dotted key is given with two underscores: `probe__big` is "probe.big".
    """
    as_on_import()
    params.cfg.update({name.replace("__", "."): value for name, value in values.items()})
    try:
        yield params.cfg
    finally:
        as_on_import()


def as_on_import() -> None:
    """Reset the store, in place: other modules hold the same dictionary."""
    kept = defaults()
    params.cfg.clear()
    params.cfg.update(kept)
