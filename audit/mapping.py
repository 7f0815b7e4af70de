"""The contract mapping: which symbols do what an operation of the contracts asks for, package by package.

The rows are `data/mapping.json`, reviewed by hand. Packages of this project are mapped by rule: the operation is their
function of its name.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from ptychoparity.audit.index import Tree


@lru_cache(maxsize=1)
def rows() -> dict[str, Any]:
    return json.loads(resources.files(__package__).joinpath("data/mapping.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Mapping:
    """The mapping of one tree."""

    topics: dict[str, tuple[str, ...]]
    """Operation, or surface of the spec, to the ids of the tree's symbols, the likeliest first."""

    def topics_of(self, symbol: str) -> tuple[str, ...]:
        """What a symbol is mapped to, sorted."""
        return self._by_symbol.get(symbol, ())

    def operations_of(self, symbol: str) -> tuple[str, ...]:
        return tuple(one for one in self.topics_of(symbol) if one not in rows()["surfaces"])

    @property
    def operations(self) -> dict[str, tuple[str, ...]]:
        """Symbol to operations."""
        return {symbol: found for symbol in self._by_symbol if (found := self.operations_of(symbol))}

    def __post_init__(self) -> None:
        found: dict[str, list[str]] = {}
        for topic, symbols in self.topics.items():
            for symbol in symbols:
                found.setdefault(symbol, []).append(topic)
        object.__setattr__(self, "_by_symbol", {symbol: tuple(sorted(topics)) for symbol, topics in found.items()})


def operations() -> list[str]:
    """Of the contracts, by the names of their files."""
    folder = resources.files("ptychoparity.spec_tests").joinpath("contracts")
    return sorted(one.name.removesuffix(".json") for one in folder.iterdir() if one.name.endswith(".json"))


def mapping_of(tree: Tree) -> Mapping:
    """The mapping of a tree's package; of one that has no rows, it is empty."""
    if tree.package in rows()["by_name"]:
        return Mapping(_by_name(tree))
    topics = {}
    for part in ("operations", "surfaces"):
        for topic, packages in rows()[part].items():
            listed = [symbol for symbol in packages.get(tree.package, ()) if symbol in tree.symbols]
            if listed:
                topics[topic] = tuple(listed)
    return Mapping(topics)


def _by_name(tree: Tree) -> dict[str, tuple[str, ...]]:
    """Functions of the operations' names; of several, those first that the adapter imports."""
    named: dict[str, list[str]] = {}
    for symbol in tree.symbols.values():
        if symbol.kind == "function" and symbol.parent in tree.modules:
            named.setdefault(symbol.name, []).append(symbol.id)
    adapter = {one.target for one in tree.imports if one.scope == f"{tree.package}.adapter"}
    return {
        name: tuple(sorted(named[name], key=lambda one: (one not in adapter, one)))
        for name in operations()
        if name in named
    }


def renamed(field: str, package: str) -> tuple[str, str]:
    """What the configuration bridge calls a field in another package, and the clause that says so."""
    row = rows()["fields"].get(field, {})
    return row.get(package, ""), row.get("clause", "") if row.get(package) else ""


def unknown(tree: Tree) -> list[str]:
    """Rows that name what the tree does not have: the mapping is older, or newer, than the source."""
    listed = {
        symbol
        for part in ("operations", "surfaces")
        for packages in rows()[part].values()
        for symbol in packages.get(tree.package, ())
    }
    return sorted(listed - tree.symbols.keys())
