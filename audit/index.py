"""Trees with their names resolved: what is defined, imported, called and used, and where.

`read_trees` reads several that see each other (a client's `from ptycho.x import Y` leads into `ptycho`);
`read_tree` reads one. See the package's docstring for what may be asked.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ptychoparity.audit import trees
from ptychoparity.audit.around import Around
from ptychoparity.audit.cache import Cache
from ptychoparity.audit.model import Call, Fault, Import, Parameter, Place, Symbol, Use
from ptychoparity.audit.modules import Module, is_dataclass
from ptychoparity.audit.records import Records
from ptychoparity.audit.resolve import Resolver
from ptychoparity.audit.trees import SourceFile, SourceTree

NO_FACTS = {"lines": 0, "all": None, "symbols": [], "imports": [], "binds": [], "calls": [], "uses": [], "strings": []}


@dataclass(frozen=True, slots=True)
class Touches:
    """Everything in one tree that reaches into another."""

    imports: tuple[Import, ...]
    calls: tuple[Call, ...]
    uses: tuple[Use, ...]
    """Reads, writes and deletions of its symbols, attributes of its instances among them; look-ups."""


class Tree:
    """One package: its files, symbols, and what in it names what."""

    def __init__(
        self, source: SourceTree, modules: Mapping[str, Module], faults: Iterable[Fault], every: "Sources"
    ) -> None:
        self.source = source
        self.modules = dict(modules)
        """By dotted name."""
        self._read_faults = tuple(faults)
        self._sources = every

    def __repr__(self) -> str:
        return f"Tree({self.role}: {self.package}, {len(self.files)} files)"

    @property
    def role(self) -> str:
        return self.source.role

    @property
    def package(self) -> str:
        return self.source.package

    @property
    def root(self) -> Path:
        return self.source.root

    @property
    def version(self) -> str:
        return self.source.version

    @property
    def files(self) -> dict[str, SourceFile]:
        """By path relative to the root, sorted."""
        return self.source.files

    def lines(self, path: str) -> list[str]:
        """The text of a file of the root."""
        return self.source.lines(path)

    @cached_property
    def resolver(self) -> Resolver:
        return self._sources.resolver(self)

    @cached_property
    def symbols(self) -> dict[str, Symbol]:
        """By id, modules and nested functions among them. Classes have the parameters of their constructors."""
        found: dict[str, Symbol] = {}
        for name, module in self.modules.items():
            end = max(module.facts["lines"], 1)
            found[name] = Symbol(name, "module", module.place(1), end, public="._" not in f".{name}")
            found.update({symbol.id: symbol for symbol in module.symbols.values() if symbol.id not in self.modules})
        for symbol in [one for one in found.values() if one.kind == "class"]:
            taken = self._constructor(symbol)
            if taken != symbol.parameters:
                found[symbol.id] = replace(symbol, parameters=taken)
        self._sources.records(self)  # on the way attributes are found that a class gets from outside
        later = [self.resolver.symbols[name] for name in self.resolver.classes.added]
        return found | {symbol.id: symbol for symbol in later if symbol.place.tree == self.role}

    def _constructor(self, symbol: Symbol) -> tuple[Parameter, ...]:
        """What making an instance takes, inherited constructors and dataclass fields counted in."""
        line, _ = self.resolver.classes.line_of(symbol.id)
        if is_dataclass(symbol) and f"{symbol.id}.__init__" not in self.resolver.symbols:
            fields: dict[str, Parameter] = {}
            for one in reversed(line):
                if is_dataclass(self.resolver.symbols[one]):
                    module, local = self.resolver.home[one]
                    fields |= {field.name: field for field in module.own_fields(local)}
            return tuple(fields.values())
        for one in line:
            if f"{one}.__init__" in self.resolver.symbols or is_dataclass(self.resolver.symbols[one]):
                return self.resolver.symbols[one].parameters
        return symbol.parameters

    def symbol_at(self, path: str, line: int) -> Symbol | None:
        """The innermost module, class or function a line stands in."""
        inside = [one for one in self._scopes_of(path) if one.place.line <= line <= one.end]
        return min(inside, key=lambda one: one.end - one.place.line, default=None)

    def _scopes_of(self, path: str) -> list[Symbol]:
        if path not in self.files:
            return []
        name = self.files[path].module
        below = self.modules[name].symbols.values() if name in self.modules else ()
        whole = [self.symbols[name]] if name in self.symbols else []
        return whole + [one for one in below if one.kind in ("class", "function", "method")]

    @cached_property
    def records(self) -> Records:
        return self._sources.records(self)

    @property
    def imports(self) -> tuple[Import, ...]:
        return self.records.imports

    @property
    def calls(self) -> tuple[Call, ...]:
        """All of them, in the order of files and lines; those that could not be resolved too."""
        return self.records.calls

    @property
    def uses(self) -> tuple[Use, ...]:
        return self.records.uses

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """What could not be read or decided, sorted; unresolved calls are no faults, they are in `calls`."""
        from ptychoparity.audit.imports import cycles

        circles = [
            Fault(self.modules[group[0]].file.path, None, f"import in a circle: {', '.join(group)}", "cycle")
            for group in cycles(self)
        ]
        return tuple(sorted({*self.source.faults, *self._read_faults, *self.records.faults, *circles}, key=_order))

    @cached_property
    def _calls_by_scope(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = {}
        for call in self.calls:
            found.setdefault(call.scope, []).append(call)
        return found

    @cached_property
    def _uses_by_scope(self) -> dict[str, list[Use]]:
        found: dict[str, list[Use]] = {}
        for use in self.uses:
            found.setdefault(use.scope, []).append(use)
        return found

    def callees(self, symbol: str) -> tuple[Call, ...]:
        """The calls that stand in a symbol, resolved or not, by line; not those of functions inside it."""
        return tuple(self._calls_by_scope.get(symbol, ()))

    def uses_in(self, symbol: str) -> tuple[Use, ...]:
        """The uses that stand in a symbol."""
        return tuple(self._uses_by_scope.get(symbol, ()))

    def callers(self, symbol: str) -> tuple[Call, ...]:
        """The calls of a symbol, from every tree that was read with this one."""
        return self._sources.callers(symbol)

    def touches(self, other: "Tree") -> Touches:
        """Everything here that reaches into another tree."""

        def inside(name: str | None) -> bool:
            return name is not None and (name == other.package or name.startswith(f"{other.package}."))

        return Touches(
            tuple(one for one in self.imports if inside(one.target or one.what)),
            tuple(one for one in self.calls if inside(one.target) or inside(one.origin)),
            tuple(one for one in self.uses if inside(one.target) or inside(one.origin)),
        )


class Sources:
    """The trees of an audit, and the tests beside them."""

    def __init__(self, specs: Mapping[str, str], cache: Cache, tests: bool = False) -> None:
        """`specs`: role to `DIR:PACKAGE`. With `tests`, the folders `tests` of the roots are read too."""
        self.cache = cache
        found = [trees.find(spec, role) for role, spec in specs.items()]
        if tests:
            beside = {tree.root: tree for tree in reversed(found)}  # by the first tree of each root
            for tree in [one for one in found if beside[one.root] is one]:
                named = "tests" if all(one.role != "tests" for one in found) else f"tests of {tree.role}"
                there = trees.tests_of(tree, named)
                found += [there] if there is not None and not _is_among(there, found) else []
        self.trees = tuple(self._read(source) for source in found)
        self._resolvers: dict[tuple[str, ...], Resolver] = {}
        self._records: dict[str, Records] = {}
        self._around: dict[Path, Around] = {}

    def _read(self, source: SourceTree) -> Tree:
        modules, faults = {}, []
        for path, file in source.files.items():
            try:
                content = source.read(path)
                trees.decode(content)  # the parser lets comments pass that are no text; their lines could not be cited
                facts = self.cache.facts(content, file.digest, f"{source.role}:{path}")
            except (SyntaxError, ValueError, RecursionError, MemoryError, OSError) as error:
                faults.append(_unread(path, error))
                facts = NO_FACTS
            hidden = modules.get(file.module)  # of `a.py` and `a/__init__.py`, which comes later, the folder counts
            if hidden is not None:
                why = f"never imported: {path} is the module {file.module}"
                faults.append(Fault(hidden.file.path, None, why, "shadowed"))
            modules[file.module] = Module(source.role, file, facts)
        return Tree(source, modules, faults, self)

    def __getitem__(self, role: str) -> Tree:
        return next(tree for tree in self.trees if tree.role == role)

    def get(self, role: str) -> Tree | None:
        return next((tree for tree in self.trees if tree.role == role), None)

    def seen_from(self, tree: Tree) -> "Sources":
        """The trees as one of them sees them: of two versions of a package only its own; a name has one home."""
        view = copy(self)
        view.trees = tuple(self._seen_by(tree))
        view.__dict__.pop("_calls_by_target", None)
        return view

    def tests_of(self, tree: Tree) -> Tree | None:
        """The tests in the same root, where they were read."""
        return next((one for one in self.trees if one.package == "tests" and one.root == tree.root), None)

    def around(self, tree: Tree) -> Around:
        """The modules between the tests and the packages of a tree's root."""
        if tree.root not in self._around:
            self._around[tree.root] = Around(self, tree)
        return self._around[tree.root]

    def tree_of(self, name: str) -> Tree | None:
        """The tree a dotted name lies in, by its package."""
        inside = [tree for tree in self.trees if name == tree.package or name.startswith(f"{tree.package}.")]
        return max(inside, key=lambda tree: len(tree.package), default=None)

    def symbol(self, name: str) -> Symbol | None:
        tree = self.tree_of(name)
        return tree.symbols.get(name) if tree else None

    def lines(self, place: Place) -> list[str]:
        """The text of the file a place is in."""
        return self[place.tree].lines(place.path)

    @property
    def faults(self) -> tuple[tuple[str, Fault], ...]:
        """(role, fault) of every tree."""
        return tuple((tree.role, fault) for tree in self.trees for fault in tree.faults)

    def callers(self, symbol: str) -> tuple[Call, ...]:
        return tuple(self._calls_by_target.get(symbol, ()))

    @cached_property
    def _calls_by_target(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = {}
        for tree in self.trees:
            for call in tree.calls:
                for target in call.candidates or (call.target,):
                    if target is not None:
                        found.setdefault(target, []).append(call)
        return found

    # what trees ask

    def _seen_by(self, tree: Tree) -> list[Tree]:
        """A tree and the others, in their order; of two with the same package the tree itself, or the one in its root,
        or the first."""
        kept = [tree]
        for one in sorted(self.trees, key=lambda one: one.root != tree.root):
            if all(one.package != other.package for other in kept):
                kept.append(one)
        return [one for one in self.trees if one in kept]

    def resolver(self, tree: Tree) -> Resolver:
        seen = self._seen_by(tree)
        key = tuple(one.role for one in seen)
        if key not in self._resolvers:
            self._resolvers[key] = Resolver(module for one in seen for module in one.modules.values())
        return self._resolvers[key]

    def records(self, tree: Tree) -> Records:
        """Of all trees in their order at the first question: what is found must not hang on who asks first."""
        if not self._records:
            for one in self.trees:
                names = {other.package: other.source.distributions for other in self._seen_by(one)}
                self._records[one.role] = Records.of(one.modules.values(), one.resolver, names)
        return self._records[tree.role]


def read_trees(specs: Mapping[str, str], cache: Cache | Path | None = None, tests: bool = False) -> Sources:
    """Trees by role, for instance {"reference": "DIR:ptycho", "client": "DIR:ptychodus"}.

    `cache`: a folder, or a `Cache` whose counts are of interest, or None for none.
    Raises UsageError for a spec that names no package; whatever is wrong in a file is one of the trees' faults.
    """
    return Sources(specs, cache if isinstance(cache, Cache) else Cache(cache), tests)


def read_tree(spec: str, role: str = "reference", cache: Cache | Path | None = None) -> Tree:
    """One tree."""
    return read_trees({role: spec}, cache)[role]


def _is_among(tree: SourceTree, found: list[SourceTree]) -> bool:
    return any(tree.root == one.root and tree.package == one.package for one in found)


def _unread(path: str, error: Exception) -> Fault:
    if isinstance(error, SyntaxError):
        return Fault(path, error.lineno, f"syntax error: {error.msg}", "syntax")
    if isinstance(error, UnicodeDecodeError):
        return Fault(path, None, f"no text in {error.encoding}: {error.reason} at byte {error.start}", "syntax")
    if isinstance(error, RecursionError | MemoryError):
        return Fault(path, None, "nested too deeply to be parsed", "syntax")
    if isinstance(error, OSError):
        return Fault(path, None, f"cannot be read: {error.strerror or error}")
    return Fault(path, None, f"cannot be parsed: {error}", "syntax")


def _order(fault: Fault) -> tuple[str, int, str]:
    return fault.path, fault.line or 0, fault.reason
