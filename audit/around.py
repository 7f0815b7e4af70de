"""What of a checkout lies between its tests and its packages: modules of neither that the tests import.

Tests seldom name a backend: they go through a harness and a registry whose entries are strings, `package.module:Class`.
Of such modules only the imports and these strings are of interest; their calls are not resolved.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from ptychoparity.audit.model import Import
from ptychoparity.audit.modules import Module
from ptychoparity.audit.trees import SourceFile, text_lines

if TYPE_CHECKING:
    from ptychoparity.audit.index import Sources, Tree


@dataclass(frozen=True, slots=True)
class Named:
    """A string that names a symbol of a tree."""

    module: str
    path: str
    line: int
    symbol: str


class Around:
    """The modules of one root that belong to no tree, as far as the tests beside `tree` lead to them by imports."""

    role = "around"

    def __init__(self, sources: "Sources", tree: "Tree") -> None:
        self.root = tree.root
        self.modules: dict[str, Module] = {}
        self.files: dict[str, SourceFile] = {}
        self.imports: tuple[Import, ...] = ()
        self._sources = sources
        self._texts: dict[str, list[str]] = {}
        tests = sources.tests_of(tree)
        if tests is not None:
            self._collect(tests)

    def lines(self, path: str) -> list[str]:
        return self._texts[path]

    def named(self, tree: "Tree") -> Iterator[Named]:
        """Its strings that name something of the tree."""
        prefix = f"{tree.package}."
        for name, module in sorted(self.modules.items()):
            for _, text, line in module.facts["strings"]:
                dotted = text.replace(":", ".", 1)
                found = tree.resolver.find(dotted) if dotted.startswith(prefix) else ()
                if found and found[0].kind == "symbol" and found[0].id in tree.symbols:
                    yield Named(name, module.file.path, line, found[0].id)

    def _collect(self, tests: "Tree") -> None:
        found: list[Import] = []
        waiting = deque(name for one in tests.imports for name in _loaded(one.what))
        known = {name for tree in self._sources.trees for name in tree.modules}
        while waiting:
            name = waiting.popleft()
            if name in known:
                continue
            known.add(name)
            module = self._read(name)
            if module is not None:
                self.modules[name] = module
                self.files[module.file.path] = module.file
                mine = [_import(module, row) for row in module.facts["imports"]]
                found += mine
                waiting += [part for one in mine for part in _loaded(one.what)]
        self.imports = tuple(found)

    def _read(self, name: str) -> Module | None:
        """A module of the root; None where there is none, or none that can be read: it is not what is audited."""
        for ending in (".py", "/__init__.py"):
            path = name.replace(".", "/") + ending
            try:
                content = (self.root / path).read_bytes()
                digest = sha256(content).hexdigest()
                facts = self._sources.cache.facts(content, digest, f"{self.role}:{path}")
                self._texts[path] = text_lines(content.decode(errors="replace"))
            except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            return Module(self.role, SourceFile(path, name, ending != ".py", digest, ""), facts)
        return None


def _loaded(what: str) -> list[str]:
    """The modules an import may load: its packages and itself."""
    parts = what.removesuffix(".*").split(".")
    return [".".join(parts[:number]) for number in range(1, len(parts) + 1)]


def _import(module: Module, row: list) -> Import:
    scope, level, name, part, alias, line, guard = row
    base = module.absolute(level, name)
    return Import(
        module.full(scope), base if part is None else f"{base}.{part}", alias, module.place(line), guard, None
    )
