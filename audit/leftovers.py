"""What our own resolution leaves open, asked of jedi: slower, and asked only for calls of a chain.

jedi sees the folders of the trees and nothing that is installed; it parses, and imports nothing of them.
"""

from functools import cached_property
from pathlib import Path

from ptychoparity.audit.index import Sources
from ptychoparity.audit.model import Call
from ptychoparity.audit.paths import last_name

JEDI_FAILS = (ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, RecursionError,
              TypeError, ValueError)  # fmt: skip
"""jedi fails on odd code in many ways; then it knows nothing."""


class Leftovers:
    """Asks jedi, for one set of trees. `cache` is a folder for jedi's own parse cache."""

    def __init__(self, sources: Sources, cache: Path | None) -> None:
        self.sources = sources
        self.cache = cache
        self._scripts: dict[tuple[str, str], object] = {}

    @cached_property
    def _jedi(self):
        import jedi

        if self.cache is not None:
            jedi.settings.cache_directory = str(self.cache / "jedi")
        return jedi

    def _script(self, role: str, path: str):
        if (role, path) not in self._scripts:
            roots = [str(tree.root) for tree in self.sources.trees]
            options = {"sys_path": roots, "smart_sys_path": False, "load_unsafe_extensions": False}
            project = self._jedi.Project(roots[0], **options)
            text = "\n".join(self.sources[role].lines(path)) + "\n"
            own = {"path": str(self.sources[role].root / path), "environment": self._jedi.InterpreterEnvironment()}
            self._scripts[role, path] = self._jedi.Script(text, project=project, **own)
        return self._scripts[role, path]

    def resolve(self, call: Call) -> Call:
        """The call with a target, where jedi knows one; else as it is."""
        name = last_name(call.text)
        if call.target is not None or call.how != "unresolved" or not name:
            return call
        line = self.sources.lines(call.place)[call.place.line - 1]
        column = line.find(f".{name}(") + 1 or line.find(name)
        found = self._ask(call, column) if column >= 0 else []
        known = [one for one in found if self.sources.symbol(one)]
        if not found:
            return call
        several = tuple(known) if len(known) > 1 else ()
        return call._replace(target=(known or found)[0], how="jedi", candidates=several)

    def _ask(self, call: Call, column: int) -> list[str]:
        script = self._script(call.place.tree, call.place.path)
        try:
            found = script.infer(call.place.line, column)
        except JEDI_FAILS:
            return []
        names = [one.full_name for one in found if one.full_name and one.type in ("function", "class", "property")]
        return [name for name in dict.fromkeys(names) if not name.startswith("builtins.None")]
