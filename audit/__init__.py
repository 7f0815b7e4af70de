"""What source says about two packages and their client, read without importing any of it.

    from pathlib import Path
    from ptychoparity.audit.index import read_trees

    sources = read_trees({"reference": "PtychoPINN:ptycho", "candidate": "PtychoPINN:ptycho_torch",
                          "client": "wheel:ptychodus"}, cache=Path("cache"), tests=True)
    reference, client, tests = sources["reference"], sources["client"], sources.get("tests")

One direction: trees (which files, which version) -> facts (per file, from its syntax tree, cached by content) ->
index (names resolved) -> analyses -> documents.

What a tree answers (`index.Tree`)
    tree.package, tree.version, tree.root        `ptycho`, the commit or `ptychodus 1.7.0`, the folder of DIR:PACKAGE
    tree.files[path]                             SourceFile: module, digest, version (with `+dirty` where it differs)
    tree.lines(path)                             text of any file below the root, as lines
    tree.symbols[id]                             Symbol: kind, place, end, parameters, returns, bases, decorators ...
                                                 `symbol.signature()` is its text; a class has the parameters of its
                                                 constructor (a dataclass: its fields, inherited ones too)
    tree.symbol_at(path, line)                   the innermost module, class or function there
    tree.imports, tree.calls, tree.uses          tuples of Import, Call, Use, by file and line, resolved
    tree.callees(id), tree.uses_in(id)           the calls and uses that stand in a symbol
    tree.callers(id)                             the calls of a symbol, from all trees that were read together
    tree.faults                                  syntax errors, star and dynamic imports, imports of what is not there
    tree.touches(other)                          imports, calls and uses that reach into another tree
    sources.symbol(id), sources.tree_of(id)      across the trees; sources.faults: (role, Fault) of all of them
    sources.tests_of(tree)                       the tests beside it; a second root's have role `tests of candidate`

What a resolved thing says
    target   id of a symbol in a tree (re-exports followed); of something outside, its path from the library's name
             (`numpy.load`, `h5py.File().create_dataset`, `tensorflow.keras.Model().predict`); None when unresolved.
             Whether it is in a tree: `sources.symbol(target)`.
    how      how it was found, from `scope` and `import` (certain) to `argument` and `table` (guesses): `values.HOW`.
             `missing`: it names something in a tree that is not there, which is what a parity map looks for.
             `unresolved`, `dynamic` (chosen at run time): target is None.
    origin   where the value was made that the target hangs on, when a function or class of a tree made it:
             `model.predict(...)` of a client has target `tensorflow.keras.Model().predict` and origin
             `ptycho.workflows.components.load_inference_bundle()[0].predict`; `Net.load_from_checkpoint(...)`,
             inherited from a library, has origin `ptycho_torch.model.Net.load_from_checkpoint`.
             `touches` looks at both.
    text     the expression as an access path, without arguments: `RawData.from_file`, `cfg['N']`, `Model().fit`
    a Call also has positional, keywords, starred, arguments ((name or index, what is given) pairs) and candidates
             (every symbol it may be, when there are several)
    a Use    has mode read, write, delete or lookup: find_spec('ptycho'), version('ptychopinn'), 'pkg.mod:name'.
             `a.b.c` makes a use of `a`, of `a.b` and of `a.b.c`; those whose target is a module are seldom of interest.
    an Import has guard none, function, try, if, type-checking, main: only `none` is a hard import. `try` is said only
             where the handler goes on; one that raises again leaves it hard.

The parity map is made of: what is touched (`touches`, `named` in `specs`), what stands in its place (`mapping`,
`counterparts`), how far (`status`), what hangs on it (`clauses`, `results`), whose it is (`owners`). `parity_map.build`
puts them together, `documents.parity_map.compose` tells them.

Imports between modules as a graph: `imports.import_graph(tree, ...)` is a `grimp.ImportGraph`, made from our facts, of
one tree or several.

Analyses that are there: `callchain.trace_source(sources, "module:function")` (what calls what),
`effects.effects_in(tree, id)` (files, legacy parameters, random state, environment, module state), `trace.run` and
`trace.merge` (a run in a worker, held against the chain), `taps.taps` (where to look into it), `documents.callchain`.

Citing (`citations.Citations`): `cite(place, expected)` and `symbol(symbol)` give `path:line` and register it; call
`verify()` before anything is written. The place of a Call or Use is where the last name of its text stands: that name
is what to expect there; an Import's is the line of the imported name (`from x import (` lists one a line).
"""
