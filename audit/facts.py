"""One source text to its facts: definitions, imports, bindings, calls and uses, from the syntax tree alone.

Facts know neither the file's path nor its package: names inside are local to the module (`Class.method`), so the same
text has the same facts wherever it lies. They are plain JSON values, which the cache keeps; `index` makes sense of
them.
"""

import ast
import builtins
from typing import Any

from ptychoparity.audit import paths
from ptychoparity.audit.paths import access_path, described, literal
from ptychoparity.audit.signatures import parameters, short, text_of

Facts = dict[str, Any]
"""
lines     how many there are
all       what `__all__` lists, or null
symbols   [id, kind, line, end, parameters, returns, bases, decorators, value, guard]
imports   [scope, level, module, name, alias, line, guard]; name is null for `import module`, '*' for a star
binds     [scope, target, values, annotation, line, kind]; target is a name, `self.x`, `x['k']`, or `return`
calls     [scope, path, line, column, positional, keywords, starred, arguments, lines of the keywords]
uses      [scope, path, line, column, mode]; mode is r, w or d
strings   [scope, text, line]; literals that look like `a.b` or `a.b:c`
"""

OWN = {"cls()", "cls.__new__()"}
"""What a method of a class calls to make an instance of it."""
SOFT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def extract(content: bytes) -> Facts:
    """The facts of a source text.

    Raises SyntaxError, ValueError (null bytes, bytes that do not fit the declared encoding) or RecursionError.
    """
    tree = ast.parse(content)
    collector = _Collector()
    collector.body(tree.body)
    return {
        "lines": content.count(b"\n") + (not content.endswith(b"\n") and bool(content)),
        "all": collector.exported, "symbols": collector.symbols, "imports": collector.imports,
        "binds": collector.binds, "calls": collector.calls, "uses": collector.kept_uses(), "strings": collector.strings,
    }  # fmt: skip


class _Collector:
    """Walks the tree once. `scope` is the local id of what encloses the node at hand."""

    def __init__(self) -> None:
        self.scope, self.guards, self.functions = "", [], 0
        self.kinds = {"": "module"}
        self.symbols, self.imports, self.binds = [], [], []
        self.calls, self.uses, self.strings = [], [], []
        self.exported: list[str] | None = None
        self.globals: dict[str, set[str]] = {}
        self.locals: dict[str, dict[str, str]] = {"": {}}
        self.made: set[tuple[str, str]] = set()
        self.by_type = {name[3:]: getattr(self, name) for name in dir(self) if name.startswith("on_")}

    # walking

    def body(self, nodes: list[ast.stmt]) -> None:
        for node in nodes:
            self.visit(node)

    def visit(self, node: ast.AST | None) -> None:
        if node is None:
            return
        handler = self.by_type.get(type(node).__name__)
        if handler is not None:
            handler(node)
        else:
            self.below(node)

    def below(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child)

    def guarded(self, guard: str, nodes: list[ast.stmt]) -> None:
        self.guards.append(guard)
        self.body(nodes)
        self.guards.pop()

    def guard(self) -> str:
        """The strongest reason why a statement here may not run when the module is imported."""
        for word in ("type-checking", "function", "main", "try", "if"):
            if word in self.guards:
                return word
        return "none"

    # definitions

    def inner(self, name: str) -> str:
        if not self.scope:
            return name
        return f"{self.scope}.{name}" if self.kinds[self.scope] == "class" else f"{self.scope}.<locals>.{name}"

    def on_ClassDef(self, node: ast.ClassDef) -> None:
        self.outside(node)
        for base in (*node.bases, *(word.value for word in node.keywords)):
            self.visit(base)
        bases = [text_of(base) for base in node.bases]
        metas = [f"{word.arg}={text_of(word.value)}" for word in node.keywords]
        self.define(node, "class", [], None, bases + metas)

    def on_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.outside(node)
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            self.visit(default)
        every = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
        for one in every:
            if one is not None:
                self.visit(one.annotation)
        self.visit(node.returns)
        kind = "method" if self.kinds[self.scope] == "class" else "function"
        self.define(node, kind, parameters(arguments), text_of(node.returns), [])

    on_AsyncFunctionDef = on_FunctionDef

    def outside(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """What of a definition runs where it stands."""
        for decorator in node.decorator_list:
            self.visit(decorator)

    def define(self, node: Any, kind: str, given: list, returns: str | None, bases: list[str]) -> None:
        name = self.inner(node.name)
        decorators = [text_of(one) for one in node.decorator_list]
        guard = "function" if self.functions else self.guard()
        row = [name, kind, node.lineno, node.end_lineno, given, returns, bases, decorators, None, guard]
        self.symbols.append(row)
        self.local(node.name, "definition")
        outer, self.scope = self.scope, name
        guards, self.guards = self.guards, ["function"] if kind != "class" else list(self.guards)
        self.kinds[name] = kind
        known = self.locals.setdefault(name, {})
        known.update({one[0]: "value" for one in given})
        self.functions += kind != "class"
        self.body(node.body)
        self.functions -= kind != "class"
        self.scope, self.guards = outer, guards

    def local(self, name: str, how: str) -> None:
        """`how` is import, definition or value; a value hides the others, for it is what cannot be known."""
        if name in self.globals.get(self.scope, ()):
            return
        known = self.locals[self.scope]
        known[name] = how if known.get(name) in (None, how) else "import" if "import" in (how, known[name]) else "value"

    # imports

    def on_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            self.imports.append([self.scope, 0, alias.name, None, alias.asname or "", node.lineno, self.guard()])
            self.local(bound, "import")

    def on_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            bound = alias.asname or alias.name
            row = [self.scope, node.level, node.module or "", alias.name, bound, alias.lineno, self.guard()]
            self.imports.append(row)
            if alias.name != "*":
                self.local(bound, "import")

    # guards

    def on_If(self, node: ast.If) -> None:
        self.visit(node.test)
        test = access_path(node.test).rpartition(".")[2]
        main = isinstance(node.test, ast.Compare) and access_path(node.test.left) == "__name__"
        word = "type-checking" if test == "TYPE_CHECKING" else "main" if main else "if"
        self.guarded(word, node.body)
        self.guarded("if", node.orelse)

    def on_Try(self, node: ast.Try) -> None:
        soft = any(_is_soft(handler) for handler in node.handlers)
        self.guarded("try", node.body) if soft else self.body(node.body)
        for handler in node.handlers:
            self.visit(handler.type)
            if handler.name:
                self.local(handler.name, "value")
            self.guarded("try", handler.body)
        self.body(node.orelse)
        self.body(node.finalbody)

    on_TryStar = on_Try

    # bindings

    def bind(self, target: ast.AST, found: list, annotation: str | None, line: int, kind: str) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            for index, part in enumerate(target.elts):
                known = [one for value in found for one in paths.part_of(value, index)]
                starred = isinstance(part, ast.Starred)
                self.bind(part.value if starred else part, ["<list>"] if starred else known, None, line, kind)
            return
        path = access_path(target)
        if not path:
            return
        scope = "" if path in self.globals.get(self.scope, ()) else self.scope
        self.binds.append([scope, path, found, annotation, line, kind])
        if isinstance(target, ast.Name):
            self.local(path, "value")
            if self.kinds[self.scope] == "method" and any(value in OWN for value in found if isinstance(value, str)):
                self.made.add((self.scope, path))
        elif isinstance(target, ast.Attribute) and self.is_own(target.value) and not path.startswith("self."):
            self.binds.append([scope, f"self.{target.attr}", found, annotation, line, kind])

    def is_own(self, node: ast.expr) -> bool:
        """Whether this is the instance of the class at hand: `self`, or what its method has made with `cls(...)`."""
        name = node.id if isinstance(node, ast.Name) else ""
        return self.kinds[self.scope] == "method" and (name == "self" or (self.scope, name) in self.made)

    def assign(self, node: Any, targets: list[ast.expr], annotation: ast.expr | None, kind: str) -> None:
        found = paths.values(node.value) if node.value is not None else []
        for target in targets:
            self.bind(target, found, text_of(annotation), node.lineno, kind)
            self.visit(target)
            for part in _targets(target):
                self.member(part, node, annotation, part is target)
        self.visit(annotation)
        self.visit(node.value)

    def member(
        self, target: ast.Name | ast.Attribute, node: Any, annotation: ast.expr | None, whole: bool = True
    ) -> None:
        """A module's, a class's or an instance's attribute is a symbol, at its first assignment."""
        here = self.kinds[self.scope]
        if isinstance(target, ast.Name):
            if here not in ("module", "class"):
                return
            name = self.inner(target.id)
        elif isinstance(target, ast.Attribute) and self.is_own(target.value):
            name = f"{self.scope.rpartition('.')[0]}.{target.attr}"
        else:
            return
        kind = "field" if annotation is not None and here == "class" else "attribute"
        value = short(node.value) if whole else None
        guard = "function" if here == "method" else self.guard()
        row = [name, kind, target.end_lineno, node.end_lineno, [], text_of(annotation), [], [], value, guard]
        self.symbols.append(row)

    def on_Assign(self, node: ast.Assign) -> None:
        self.assign(node, node.targets, None, "=")
        if self.scope == "" and any(access_path(target) == "__all__" for target in node.targets):
            self.export(node.value, [])

    def on_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.assign(node, [node.target], node.annotation, "=")

    def on_AugAssign(self, node: ast.AugAssign) -> None:
        if access_path(node.target) == "__all__":
            self.export(node.value, self.exported or [])
        elif isinstance(node.target, ast.Name):
            self.local(node.target.id, "value")
        self.visit(node.target)
        self.visit(node.value)

    def export(self, node: ast.AST, before: list[str]) -> None:
        names = [literal(part) for part in getattr(node, "elts", [])]
        self.exported = before + [name for name in names if name is not None]

    def on_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.bind(node.target, paths.values(node.value), None, node.lineno, "=")
        self.visit(node.value)

    def on_For(self, node: Any) -> None:
        found = [part for one in paths.values(node.iter) for part in paths.items(one, keys=True)]
        self.bind(node.target, found, None, getattr(node, "lineno", node.target.lineno), "for")
        self.below(node)

    on_AsyncFor = on_For
    on_comprehension = on_For

    def on_withitem(self, node: ast.withitem) -> None:
        if node.optional_vars is not None:
            self.bind(node.optional_vars, paths.values(node.context_expr), None, node.context_expr.lineno, "with")
        self.below(node)

    def on_Lambda(self, node: ast.Lambda) -> None:
        for one in parameters(node.args):
            self.local(one[0], "value")
        self.below(node)

    def on_Return(self, node: Any) -> None:
        if node.value is not None:
            self.binds.append([self.scope, "return", paths.values(node.value), None, node.lineno, "="])
            self.visit(node.value)

    def on_Yield(self, node: ast.Yield) -> None:
        if node.value is not None:
            found = [["list", paths.values(node.value)]]
            self.binds.append([self.scope, "return", found, None, node.lineno, "="])
            self.visit(node.value)

    def on_Global(self, node: ast.Global) -> None:
        self.globals.setdefault(self.scope, set()).update(node.names)

    # calls and uses

    def on_Call(self, node: ast.Call) -> None:
        path = access_path(node.func)
        line, column = _end(node.func)
        plain = [one for one in node.args if not isinstance(one, ast.Starred)]
        keywords = [word.arg for word in node.keywords if word.arg]
        starred = len(plain) < len(node.args) or len(keywords) < len(node.keywords)
        given = [[str(index), described(one)] for index, one in enumerate(plain)]
        given += [[word.arg, described(word.value)] for word in node.keywords if word.arg]
        lines = [word.lineno for word in node.keywords if word.arg]
        self.calls.append([self.scope, path, line, column, len(plain), keywords, starred, given, lines])
        if isinstance(node.func, ast.Attribute):
            self.visit(node.func.value)
        elif not isinstance(node.func, ast.Name):
            self.visit(node.func)
        for part in (*node.args, *node.keywords):
            self.visit(part)

    def use(self, node: Any, path: str) -> None:
        line, column = _end(node)
        mode = {"Load": "r", "Store": "w", "Del": "d"}[type(node.ctx).__name__]
        self.uses.append([self.scope, path, line, column, mode])

    def on_Attribute(self, node: ast.Attribute) -> None:
        path = access_path(node)
        if path:
            self.use(node, path)
        self.visit(node.value)

    def on_Subscript(self, node: ast.Subscript) -> None:
        path = access_path(node)
        if path and (not isinstance(node.ctx, ast.Load) or "'" in path):
            self.use(node, path)
        self.visit(node.value)
        self.visit(node.slice)

    def on_Name(self, node: ast.Name) -> None:
        self.use(node, node.id)

    def on_Constant(self, node: ast.Constant) -> None:
        text = node.value
        if isinstance(text, str) and 2 < len(text) < 120 and ("." in text or ":" in text) and _dotted(text):
            self.strings.append([self.scope, text, node.lineno])

    def kept_uses(self) -> list:
        """All but bare names of local variables and of builtins: what they are tells nothing about other modules."""
        star = any(row[3] == "*" for row in self.imports)
        return [row for row in self.uses if not row[1].isidentifier() or self._known(row[0], row[1], star)]

    def _known(self, scope: str, name: str, star: bool) -> bool:
        while scope:
            how = self.locals[scope].get(name)
            if how is not None:
                return how != "value" or self.kinds[scope] == "class"
            scope = _outer(scope)
        return name in self.locals[""] or (star and not hasattr(builtins, name))


def _targets(target: ast.expr) -> list[ast.Name | ast.Attribute]:
    """The names and attributes that an assignment gives a value, those of an unpacked value too."""
    if isinstance(target, ast.Tuple | ast.List):
        return [one for part in target.elts for one in _targets(part)]
    if isinstance(target, ast.Starred):
        return _targets(target.value)
    return [target] if isinstance(target, ast.Name | ast.Attribute) else []


def _outer(scope: str) -> str:
    return scope.rpartition(".")[0].removesuffix(".<locals>")


def _end(node: Any) -> tuple[int, int]:
    """Where the last name of an expression stands; of `x['a']`, that is `x`."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.end_lineno, node.end_col_offset - len(node.attr.encode())
    return (node.lineno, node.col_offset) if isinstance(node, ast.Name) else (node.end_lineno, node.end_col_offset)


def _dotted(text: str) -> bool:
    return all(part.isidentifier() for part in text.replace(":", ".", 1).split("."))


def _is_soft(handler: ast.ExceptHandler) -> bool:
    """Whether the rest goes on without what could not be imported."""
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    caught = handler.type is None or any(access_path(one) in SOFT for one in named)
    return caught and not any(isinstance(line, ast.Raise) for line in handler.body)
