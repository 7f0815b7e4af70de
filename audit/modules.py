"""One file of a tree, with its facts laid out for looking things up by scope and name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ptychoparity.audit.facts import Facts
from ptychoparity.audit.model import Parameter, Place, Symbol
from ptychoparity.audit.trees import SourceFile

DATACLASS = re.compile(r"(^|\.)dataclass(\(|$)")


@dataclass
class Module:
    """A file's facts. Scopes are local ids (`Class.method`), `''` is the module itself."""

    role: str
    file: SourceFile
    facts: Facts

    @property
    def name(self) -> str:
        return self.file.module

    def place(self, line: int) -> Place:
        return Place(self.role, self.file.path, line)

    def full(self, scope: str) -> str:
        """The id of a scope."""
        return f"{self.name}.{scope}" if scope else self.name

    def absolute(self, level: int, module: str) -> str:
        """The module a `from ... import` names; a relative one counts from the package the file is in."""
        if not level:
            return module
        parts = self.name.split(".")
        keep = len(parts) - level + (1 if self.file.is_package else 0)
        return ".".join([*parts[: max(keep, 0)], *([module] if module else [])])

    @cached_property
    def symbols(self) -> dict[str, Symbol]:
        """By local id. Of several definitions the last that is not under a guard counts, else the first."""
        rows: dict[str, list[list]] = {}
        for row in self.facts["symbols"]:
            rows.setdefault(row[0], []).append(row)
        found = {}
        for name, several in rows.items():
            found[name] = self._symbol(_chosen(several), [row[2] for row in several])
        for name, symbol in found.items():
            if symbol.kind == "class":
                found[name] = self._with_constructor(symbol, found)
        return found

    @cached_property
    def kinds(self) -> dict[str, str]:
        return {"": "module", **{name: symbol.kind for name, symbol in self.symbols.items()}}

    def _symbol(self, row: list, lines: list[int]) -> Symbol:
        name, kind, line, end, given, returns, bases, decorators, value, guard = row
        last = name.rpartition(".")[2]
        exported = self.facts["all"]
        public = not any(part.startswith("_") for part in re.split(r"\.|<locals>", name) if part)
        public = (public or last == "__init__") and "<locals>" not in name
        if exported is not None and "." not in name:
            public = name in exported
        return Symbol(
            id=self.full(name), kind=kind, place=self.place(line), end=end,
            parameters=tuple(Parameter(*one) for one in given), returns=returns, bases=tuple(bases),
            decorators=tuple(decorators), value=value, guard=guard, public=public,
            also=tuple(sorted({one for one in lines if one != line})),
        )  # fmt: skip

    def _with_constructor(self, symbol: Symbol, found: dict[str, Symbol]) -> Symbol:
        """A class takes what its own `__init__` or its fields (dataclass) take. `index` adds what is inherited."""
        local = symbol.id.removeprefix(f"{self.name}.")
        maker = found.get(f"{local}.__init__") or found.get(f"{local}.__new__")
        if maker is not None:
            taken = maker.parameters[1:]
        elif is_dataclass(symbol):
            taken = tuple(self.own_fields(local))
        else:
            return symbol
        values = {name: getattr(symbol, name) for name in Symbol.__dataclass_fields__}
        return Symbol(**{**values, "parameters": taken})

    def own_fields(self, local: str) -> Iterator[Parameter]:
        """The parameters that the fields of a dataclass make."""
        word = "keyword-only" if "kw_only=True" in str(self._decorators(local)) else "positional or keyword"
        for row in self.facts["symbols"]:
            if row[1] == "field" and row[0].rpartition(".")[0] == local and "ClassVar" not in (row[5] or ""):
                default = _default(row[8], self._assigned(row[0]))
                if default != "init=False":
                    yield Parameter(row[0].rpartition(".")[2], word, default, row[5])

    def _decorators(self, local: str) -> list[str]:
        return next(row[7] for row in self.facts["symbols"] if row[0] == local)

    def _assigned(self, name: str) -> bool:
        scope, _, target = name.rpartition(".")
        return any(row[2] for row in self.binds.get(scope, {}).get(target, []))

    @cached_property
    def imports(self) -> dict[str, dict[str, list[tuple[str, str | None]]]]:
        """scope -> bound name -> [(module, name in it, or None for the module)]."""
        found: dict[str, dict[str, list]] = {}
        for scope, level, module, name, alias, _, _ in self.facts["imports"]:
            if name is None and not alias:  # `import a.b.c` binds `a`
                alias = module = module.partition(".")[0]
            if name != "*":
                entry = (self.absolute(level, module), name)
                known = found.setdefault(scope, {}).setdefault(alias, [])
                if entry not in known:
                    known.append(entry)
        return found

    @cached_property
    def stars(self) -> list[tuple[str, int]]:
        """Modules whose public names are all taken over, with the line."""
        return [(self.absolute(row[1], row[2]), row[5]) for row in self.facts["imports"] if row[3] == "*"]

    @cached_property
    def binds(self) -> dict[str, dict[str, list[list]]]:
        """scope -> target -> rows of the facts."""
        found: dict[str, dict[str, list]] = {}
        for row in self.facts["binds"]:
            found.setdefault(row[0], {}).setdefault(row[1], []).append(row)
        return found

    @cached_property
    def methods(self) -> dict[str, list[str]]:
        """class -> the scopes inside it where `self.x` may be given a value."""
        found: dict[str, list[str]] = {}
        for name, symbol in self.symbols.items():
            if symbol.kind == "method":
                found.setdefault(name.rpartition(".")[0], []).append(name)
        return found

    def definition(self, scope: str, name: str) -> Symbol | None:
        """What is defined in a scope under this name."""
        if not scope:
            return self.symbols.get(name)
        word = f"{scope}.{name}" if self.kinds.get(scope) == "class" else f"{scope}.<locals>.{name}"
        return self.symbols.get(word)

    def outer(self, scope: str) -> str:
        return scope.rpartition(".")[0].removesuffix(".<locals>")

    def enclosing_class(self, scope: str) -> str | None:
        """The class whose body a scope lies in, however deep."""
        while scope:
            scope = self.outer(scope)
            if self.kinds.get(scope) == "class":
                return scope
        return None

    def exported(self) -> list[str]:
        """What a star import of this module takes over."""
        if self.facts["all"] is not None:
            return self.facts["all"]
        names = {name for name in self.symbols if "." not in name} | set(self.imports.get("", {}))
        return sorted(name for name in names if not name.startswith("_"))


def is_dataclass(symbol: Symbol) -> bool:
    return any(DATACLASS.search(text) for text in symbol.decorators)


def _chosen(rows: list[list]) -> list:
    """The definition that counts: no setter, no overload; a class or function before an assignment."""
    plain = [row for row in rows if not any(re.search(r"\.(setter|deleter)$|overload$", text) for text in row[7])]
    real = [row for row in plain if row[1] in ("class", "function", "method")]
    settled = [row for row in real if row[9] in ("none", "function")]
    if settled:
        return settled[-1]
    fields = [row for row in plain if row[1] == "field"]
    return (real or fields or plain or rows)[0]


def _default(value: str | None, assigned: bool) -> str | None:
    """The default of a dataclass's field: what `field(...)` gives, looked through."""
    if value is None:
        return "..." if assigned else None
    found = re.fullmatch(r"(?:dataclasses\.)?field\((.*)\)", value)
    if found is None:
        return value
    if re.search(r"\binit=False\b", found[1]):
        return "init=False"
    plain = re.search(r"\bdefault=(.+?)(?:, \w+=|$)", found[1])
    factory = re.search(r"\bdefault_factory=(.+?)(?:, \w+=|$)", found[1])
    return plain[1] if plain else f"{factory[1]}()" if factory else None
