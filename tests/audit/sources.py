"""Small packages the tests write, read as an audit reads them."""

from pathlib import Path

from ptychoparity.audit.index import Sources, Tree, read_trees


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """Files below `root`, with an empty `__init__.py` in each folder that lacks one."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        for folder in path.parents:
            if folder == root:
                break
            (folder / "__init__.py").touch()
    return root


def read(root: Path, *packages: str, cache: Path | None = None, tests: bool = False) -> Sources:
    """Packages of one folder, each with its own name as its role."""
    return read_trees({package: f"{root}:{package}" for package in packages}, cache, tests)


def tree(root: Path, files: dict[str, str | bytes]) -> Tree:
    """One package `pkg`."""
    return read(write(root, files), "pkg")["pkg"]


def targets(of: Tree, path: str) -> list[tuple[int, str, str | None, str]]:
    """Line, text, target and how of the calls of one file."""
    return [(call.place.line, call.text, call.target, call.how) for call in of.calls if call.place.path == path]
