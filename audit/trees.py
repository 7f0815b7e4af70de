"""`DIR:PACKAGE`: the Python files of a package, and which version of them this is.

A checkout says its commit, and `+dirty` on each file that differs from it; an unpacked wheel says its version.
Nothing is imported.
"""

import ast
import hashlib
import os
import re
import subprocess
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path

from ptychoparity.audit.model import Fault
from ptychoparity.core.errors import UsageError

SKIPPED = {"__pycache__", ".git", ".venv", "node_modules", ".ipynb_checkpoints"}


@dataclass(frozen=True)
class SourceFile:
    """One file of a package."""

    path: str
    """Relative to the tree's root, with slashes."""
    module: str
    is_package: bool
    digest: str
    """SHA-256 of its bytes."""
    version: str
    """Commit (`+dirty` where the file differs), or `NAME VERSION` of a wheel, or the start of `digest`."""


@dataclass(frozen=True)
class SourceTree:
    """The files of one package, without a look into them."""

    role: str
    root: Path
    package: str
    version: str
    files: dict[str, SourceFile]
    distributions: tuple[str, ...]
    """Names under which the package may be installed, normalised (`ptycho-pinn`)."""
    faults: tuple[Fault, ...] = ()

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def lines(self, path: str) -> list[str]:
        """The text of a file of the root, any file, as lines."""
        return text_lines(decode(self.read(path)))

    @cached_property
    def digest(self) -> str:
        """Of the whole tree."""
        every = hashlib.sha256()
        for path, file in sorted(self.files.items()):
            every.update(f"{path}\0{file.digest}\n".encode())
        return every.hexdigest()


def decode(content: bytes) -> str:
    """Source text in the encoding it declares, UTF-8 where it declares none.

    Raises SyntaxError for an unknown encoding, UnicodeDecodeError where the bytes do not fit.
    """
    encoding, _ = tokenize.detect_encoding(BytesIO(content).readline)
    return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def text_lines(text: str) -> list[str]:
    """Lines as editors and syntax trees count them: `str.splitlines` would also break at form feeds."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def split_spec(spec: str) -> tuple[Path, str]:
    """`DIR:PACKAGE` to folder and dotted package; `DIR:a/b` is `DIR:a.b`."""
    folder, colon, package = spec.rpartition(":")
    package = package.strip("/").replace("/", ".")
    if not colon or not folder or not all(part.isidentifier() for part in package.split(".")):
        raise UsageError(f"{spec!r} is not DIR:PACKAGE, for instance ../PtychoPINN:ptycho")
    root = Path(folder).expanduser().resolve()
    if not root.is_dir():
        raise UsageError(f"{spec!r}: there is no folder {root}")
    return root, package


def find(spec: str, role: str) -> SourceTree:
    """The tree `spec` names. UsageError when there is no such package."""
    return _tree(role, *locate(spec))


def locate(spec: str) -> tuple[Path, str]:
    """Folder and dotted package of `DIR:PACKAGE`. UsageError when there is no such package; no file is read."""
    root, package = split_spec(spec)
    place = root / package.replace(".", "/")
    if not place.is_dir() and not place.with_suffix(".py").is_file():
        raise UsageError(f"{spec!r}: {root} holds no package {package!r}")
    if next(_python_files(root, package), None) is None:
        raise UsageError(f"{spec!r}: {place} holds no Python file")
    return root, package


def tests_of(tree: SourceTree, role: str = "tests") -> SourceTree | None:
    """The folder `tests` beside the package, as a tree of its own; None where there is none."""
    return _tree(role, tree.root, "tests") if (tree.root / "tests").is_dir() else None


def _tree(role: str, root: Path, package: str) -> SourceTree:
    commit, blobs, faults = _git(root)
    release = _release(root, package)
    files, filled = {}, False
    for path in _python_files(root, package):
        try:
            content = (root / path).read_bytes()
        except OSError as error:
            faults.append(Fault(path, None, f"cannot be read: {error.strerror or error}"))
            continue
        filled = filled or bool(content)
        digest = hashlib.sha256(content).hexdigest()
        version = _version(content, path, digest, commit, blobs, release)
        module = path.removesuffix(".py").replace("/", ".")
        files[path] = SourceFile(path, module.removesuffix(".__init__"), path.endswith("__init__.py"), digest, version)
    if files and not filled:
        faults.append(Fault(package.replace(".", "/"), None, "every file of it is empty"))
    whole = commit or release or ""
    if commit and any(file.version.endswith("+dirty") for file in files.values()):
        whole += "+dirty"
    names = _distributions(root, package)
    tree = SourceTree(role, root, package, whole, files, names, tuple(faults))
    return tree if whole else SourceTree(role, root, package, f"content {tree.digest[:12]}", files, names, tree.faults)


def _python_files(root: Path, package: str) -> Iterator[str]:
    """Paths relative to the root, sorted; links are not followed, so that none leads round in a circle."""
    place = root / package.replace(".", "/")
    if not place.is_dir():
        yield place.with_suffix(".py").relative_to(root).as_posix()
        return
    found = []
    for folder, below, names in os.walk(place):
        below[:] = [name for name in below if name not in SKIPPED]
        inside = Path(folder).relative_to(root).as_posix()
        found += [f"{inside}/{name}" for name in names if name.endswith(".py")]
    yield from sorted(found)


def _version(content: bytes, path: str, digest: str, commit: str, blobs: dict[str, str], release: str) -> str:
    if commit:
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        return commit if blobs.get(path) == blob else f"{commit}+dirty"
    return release or f"content {digest[:12]}"


def _git(root: Path) -> tuple[str, dict[str, str], list[Fault]]:
    """The commit checked out, and its blobs by path relative to `root`; empty where git knows nothing of it."""
    try:
        head = run_git(root, "rev-parse", "HEAD")
        listed = run_git(root, "ls-tree", "-r", "-z", "HEAD", ".")
    except FileNotFoundError:
        return "", {}, [Fault(".", None, "git is not installed: no commit is known", "git")]
    if head.returncode or listed.returncode:
        known = any((folder / ".git").exists() for folder in (root, *root.parents))
        why = head.stderr.decode(errors="replace").strip().partition("\n")[0]
        return "", {}, [Fault(".", None, f"git knows no commit: {why}", "git")] if known else []
    blobs = {}
    for row in listed.stdout.decode(errors="surrogateescape").split("\0"):
        facts, tab, path = row.partition("\t")
        if tab:
            blobs[path] = facts.split()[2]
    if not blobs:  # an unpacked folder that lies, unknown to git, inside somebody's checkout
        return "", {}, []
    return head.stdout.decode().strip(), blobs, []


def run_git(root: Path, *arguments: str) -> subprocess.CompletedProcess:
    """A git command in a checkout; it takes no lock and fetches nothing."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    command = ["git", "-c", "core.quotepath=off", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, env=environment, check=False)


def version_of(root: Path, file: Path, content: bytes) -> str:
    """Commit (and `+dirty`) of any file below a root; empty where git does not know it."""
    commit, blobs, _ = _git(root)
    path = file.relative_to(root.resolve()).as_posix()
    return _version(content, path, "", commit, blobs, "") if commit and path in blobs else ""


def _metadata(root: Path) -> Iterator[tuple[Path, str]]:
    for folder in sorted(root.glob("*.dist-info")):
        file = folder / "METADATA"
        if file.is_file():
            yield folder, file.read_text(encoding="utf-8", errors="replace").partition("\n\n")[0]


def _release(root: Path, package: str) -> str:
    """`NAME VERSION` of the wheel that `root` is unpacked from."""
    for folder, text in _metadata(root):
        record = folder / "RECORD"
        if record.is_file() and f"{package.replace('.', '/')}/" not in record.read_text(encoding="utf-8"):
            continue
        fields = dict(re.findall(r"^(Name|Version): *(.+)$", text, re.MULTILINE))
        return f"{fields.get('Name', folder.name)} {fields.get('Version', '')}".strip()
    return ""


def _distributions(root: Path, package: str) -> tuple[str, ...]:
    """Names of distributions that install the package, as its metadata, pyproject.toml and setup.py have them."""
    names = {package.partition(".")[0]}
    names |= {name for _, text in _metadata(root) for name in re.findall(r"^Name: *(.+)$", text, re.MULTILINE)}
    try:
        with (root / "pyproject.toml").open("rb") as file:
            names.add(tomllib.load(file).get("project", {}).get("name", package))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        pass
    try:
        calls = [node for node in ast.walk(ast.parse((root / "setup.py").read_bytes())) if isinstance(node, ast.Call)]
    except (OSError, SyntaxError, ValueError):
        calls = []
    for word in (word for call in calls for word in call.keywords if word.arg == "name"):
        if isinstance(word.value, ast.Constant) and isinstance(word.value.value, str):
            names.add(word.value.value)
    return tuple(sorted({re.sub(r"[-_.]+", "-", name).lower() for name in names if isinstance(name, str)}))
