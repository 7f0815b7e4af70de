"""Which symbols of a package a spec names in its code marks and fenced code.

A name counts when it can only mean one symbol: full dotted names, `Class.member`, a path of a file
(`config/config.py`), a name that one definition alone has, and the fields of the class that a heading, list or table
is about.
"""

import re
from collections.abc import Iterable, Iterator

from ptychoparity.audit.index import Tree
from ptychoparity.audit.model import Symbol
from ptychoparity.audit.specs import Mark, Spec, Specs
from ptychoparity.audit.touches import Touch, made_at_run_time, maker

DOTTED = re.compile(r"(?<![\w./'\"-])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?![\w/-]|\.py)")
FILE = re.compile(r"(?<![\w.-])((?:\w+/)*\w+\.py)(?::(\d+))?")
TELLING = re.compile(r"[a-z0-9]_[a-zA-Z0-9]|[A-Z][a-z0-9]+[A-Z]|[a-z][A-Z]|^_?[A-Z][A-Z0-9]*_[A-Z0-9_]+$")
"""Names that are no everyday words: `snake_case`, `CamelCase`, `UPPER_CASE`."""


FULL = ("full name", "file", "file and line")


def spec_touches(
    specs: Specs, tree: Tree, packages: Iterable[str] = (), before: Iterable[Touch] = ()
) -> tuple[Touch, ...]:
    """What of a tree the specs name, by file and line.

    `packages`: the packages of the audit. `before`: what the specs were found to name in the reference; a name that
    is not given in full means the reference's where both have one.
    """
    reader = _Reader(tree, tuple(packages))
    taken = {(one.place, one.expected) for one in before}
    found = {touch for spec in specs for touch in reader.read(spec)}
    kept = [one for one in found if one.found in FULL or (one.place, one.expected) not in taken]
    return tuple(sorted(kept, key=lambda one: one.order))


class _Reader:
    def __init__(self, tree: Tree, packages: tuple[str, ...]) -> None:
        self.tree = tree
        self.others = tuple(one for one in packages if one != tree.package)
        self.tails: dict[str, list[str]] = {}
        self.names: dict[str, list[Symbol]] = {}
        for name, symbol in tree.symbols.items():
            if "<locals>" in name:
                continue
            parts = name.split(".")
            for number in range(1, len(parts) - 1):
                self.tails.setdefault(".".join(parts[number:]), []).append(name)
            self.names.setdefault(symbol.name, []).append(symbol)
        self.files = {path: file.module for path, file in tree.files.items()}

    def read(self, spec: Spec) -> Iterator[Touch]:
        items: list[tuple[int, Symbol | None]] = []
        about: dict[int, Symbol | None] = {}
        for mark in spec.marks:
            section = spec.section_at(mark.line)
            start = section.line if section else 0
            if start not in about:
                about[start] = self._about(spec, start, section.last if section else len(spec.text))
                items = []
            if mark.indent >= 0 and mark.leads:
                items = [one for one in items if one[0] < mark.indent]
            found = list(self._symbols(mark, items, about[start]))
            if mark.indent >= 0 and mark.leads:
                named = self.tree.symbols.get(found[0][0]) if found else None
                items.append((mark.indent, named if named is not None and named.kind == "class" else None))
            title = section.title if section else ""
            for symbol, expected, how in found:
                through = maker(symbol) if how == "dynamic" else ""
                place, text = spec.place(mark.line), mark.text.strip()
                yield Touch(symbol, "spec", "named", place, text, expected, title, how, through=through)

    def _about(self, spec: Spec, first: int, last: int) -> Symbol | None:
        """The class a section is about: one in its heading, else the first that its text names in full."""
        for mark in spec.marks:
            if first <= mark.line <= last and mark.kind in ("heading", "mark") and mark.indent < 0 and mark.column < 0:
                for name, _, how in self._plain(mark):
                    symbol = self.tree.symbols.get(name)
                    if symbol is not None and symbol.kind == "class" and (mark.kind == "heading" or how == "full name"):
                        return symbol
        return None

    def _symbols(self, mark: Mark, items: list[tuple[int, Symbol | None]], about: Symbol | None) -> Iterator[tuple]:
        """(symbol, what stands there, how) of a mark."""
        field = self._field(mark, items, about)
        if field is not None:
            yield field.id, field.name, "field of what the text is about"
            return
        yield from self._plain(mark)

    def _field(self, mark: Mark, items: list[tuple[int, Symbol | None]], about: Symbol | None) -> Symbol | None:
        name = re.sub(r"\(.*\)$", "", mark.text)
        if not name.isidentifier() or mark.kind != "mark":
            return None
        owners = [one for _, one in items if one is not None]
        if (mark.column == 0 or (mark.leads and mark.column < 0)) and about is not None:
            owners.insert(0, about)
        if mark.column > 0:
            return None
        for owner in reversed(owners):
            symbol = self.tree.symbols.get(f"{owner.id}.{name}")
            if symbol is not None:
                return symbol
        return None

    def _plain(self, mark: Mark) -> Iterator[tuple[str, str, str]]:
        for found in FILE.finditer(mark.text):
            yield from self._file(found[1], found[2])
        text = mark.text.partition("#")[0] if mark.kind == "fence" else mark.text
        for found in DOTTED.finditer(text):
            called = text[found.end() :].startswith("(")
            one = self._dotted(found[0], called, mark)
            if one is not None:
                yield one

    def _file(self, path: str, line: str | None) -> Iterator[tuple[str, str, str]]:
        known = [one for one in self.files if one == path or one.endswith(f"/{path}")]
        top = f"{self.tree.package}/{path}"
        chosen = path if path in self.files else top if top in self.files else known[0] if len(known) == 1 else None
        if chosen is None or path.split("/")[0] in self.others:
            return
        symbol = self.tree.symbol_at(chosen, int(line)) if line else None
        yield (
            (symbol.id if symbol else self.files[chosen]),
            path.rpartition("/")[2],
            "file and line" if line else "file",
        )

    def _dotted(self, name: str, called: bool, mark: Mark) -> tuple[str, str, str] | None:
        first, _, rest = name.partition(".")
        last = name.rpartition(".")[2]
        if first in self.others:
            return None
        if first == self.tree.package:
            if not rest:
                return (name, last, "full name") if mark.text.strip() == name else None
            return self._full(name)
        if rest:
            tails = self._best(self.tails.get(name, []))
            if tails is not None:
                return tails, last, "end of the name"
            return self._member(name)
        if mark.kind == "fence" and not called and not TELLING.search(name):
            return None
        if called or TELLING.search(name):
            one = self._alone(name, called)
            return (one, name, "the only one of that name") if one else None
        return None

    def _full(self, name: str) -> tuple[str, str, str] | None:
        """A full dotted name, of something that is there or not."""
        parts = name.split(".")
        for value in self.tree.resolver.find(name):
            if value.kind == "symbol":
                return value.id, parts[-1], "full name"
            if value.kind == "missing":
                return value.id, parts[-1], "missing"
            if value.origin:
                return value.origin, parts[-1], "full name"
        found = made_at_run_time(name, self.tree)
        return (name, parts[-1], found) if found else None

    def _member(self, name: str) -> tuple[str, str, str] | None:
        """`Class.member` where the class is known; the member may be inherited, or not there."""
        head, _, last = name.rpartition(".")
        owner = self._best(self.tails.get(head, []) if "." in head else [one.id for one in self._classes(head)])
        symbol = self.tree.symbols.get(owner or "")
        if symbol is None or symbol.kind != "class":
            return None
        for value in self.tree.resolver.classes.member(symbol.id, last):
            if value.kind == "symbol":
                return value.id, last, "end of the name"
            if value.kind == "missing":
                return value.id, last, "missing"
        return None

    def _classes(self, name: str) -> list[Symbol]:
        return [one for one in self.names.get(name, []) if one.kind == "class"]

    def _alone(self, name: str, called: bool) -> str | None:
        """The definition that a bare name can only mean: of classes and functions first, then constants.

        Of methods only where it is called and is no everyday word: attributes are named like keys of files.
        """
        every = self.names.get(name, [])
        top = [one for one in every if one.kind in ("class", "function")]
        constants = [one for one in every if one.kind == "attribute" and name.isupper() and self._is_top(one)]
        methods = [one for one in every if one.kind == "method" and called and TELLING.search(name)]
        for group in (top, constants, methods):
            if group:
                return self._best([one.id for one in group])
        return None

    def _is_top(self, symbol: Symbol) -> bool:
        return symbol.parent in self.tree.modules

    def _best(self, names: list[str]) -> str | None:
        """One of several only where the others are re-definitions of it below another name."""
        return names[0] if len(names) == 1 else None
