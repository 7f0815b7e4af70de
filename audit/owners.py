"""Who owns lines of source: CODEOWNERS where there is one, else whose commits last changed them."""

import hashlib
import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ptychoparity.audit.index import Tree
from ptychoparity.audit.trees import run_git
from ptychoparity.reports.text import replace

CODEOWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
VERSION = 1


class Owner(NamedTuple):
    name: str
    """Empty where nobody can be named."""
    why: str


@dataclass(frozen=True)
class _Blame:
    """Of each line, which commit last changed it and who wrote that; or why this is not known."""

    commits: tuple[str, ...]
    authors: tuple[str, ...]
    fault: str = ""


class Owners:
    """Owners in one checkout. `cache`: a folder where blames are kept, one a file."""

    def __init__(self, tree: Tree, cache: Path | None = None) -> None:
        self.tree, self.cache = tree, cache
        self.rules = _rules(tree.root)
        self.commit = (
            tree.version.removesuffix("+dirty") if re.fullmatch(r"[0-9a-f]{40}(\+dirty)?", tree.version) else ""
        )
        self._blames: dict[str, _Blame] = {}
        self._files: dict[str, Owner] = {}

    @property
    def note(self) -> str:
        """What a reader has to know of these owners."""
        if self.rules is not None:
            return f"{self.rules[0]}, the last pattern that fits"
        if not self.commit:
            return "no git history: nobody can be named"
        shallow = run_git(self.tree.root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
        said = "by share of the commits that last changed a symbol's lines (git blame)"
        return f"{said}; the history is shallow, so its oldest commit stands for all before it" if shallow else said

    def prepare(self, paths: set[str]) -> None:
        """Blames several files side by side."""
        if self.rules is None and self.commit:
            with ThreadPoolExecutor(2) as pool:
                for path, blame in zip(sorted(paths), pool.map(self._blame, sorted(paths)), strict=True):
                    self._blames[path] = blame

    def of(self, path: str, first: int, last: int) -> Owner:
        """The owner of the lines `first` to `last` of a file."""
        if self.rules is not None:
            return self._by_rule(path)
        if not self.commit:
            return Owner("", "no git history")
        if path not in self._blames:
            self._blames[path] = self._blame(path)
        blame = self._blames[path]
        if blame.fault:
            return self._by_file(path, blame.fault)
        lines = list(zip(blame.commits, blame.authors, strict=True))[first - 1 : last]
        commits = Counter(author for _, author in {one for one in lines if one[0]})
        if not commits:
            return Owner("", "the lines are in no commit" if lines else "the file is empty")
        by_lines = Counter(author for _, author in lines)
        name = min(commits, key=lambda one: (-commits[one], -by_lines[one], one))
        return Owner(name, f"{commits[name]} of {sum(commits.values())} commits on these lines")

    def _by_rule(self, path: str) -> Owner:
        source, rows = self.rules
        for line, pattern, names in reversed(rows):
            if pattern.search(path):
                return Owner(" ".join(names), f"{source}:{line}" if names else f"{source}:{line} takes its owner away")
        return Owner("", f"no pattern of {source} fits")

    def _blame(self, path: str) -> _Blame:
        file = self.tree.files.get(path)
        digest = hashlib.sha256(f"{VERSION}\0{self.commit}\0{path}\0{file.digest if file else ''}".encode()).hexdigest()
        kept = self.cache / "blame" / f"{digest}.json" if self.cache and file else None
        known = _read(kept) if kept else None
        if known is None:
            known = self._ask(path)
            if kept:
                _write(kept, known)
        return known

    def _ask(self, path: str) -> _Blame:
        file = self.tree.files.get(path)
        known = [] if file is None or file.version.endswith("+dirty") else ["HEAD"]
        answer = run_git(self.tree.root, "blame", "--line-porcelain", *known, "--", path)
        if answer.returncode:
            why = answer.stderr.decode(errors="replace").strip().splitlines()
            return _Blame((), (), why[-1].removeprefix("fatal: ") if why else f"git blame: {answer.returncode}")
        commits, authors, commit = [], [], ""
        for line in answer.stdout.decode(errors="replace").split("\n"):
            if re.match(r"[0-9a-f]{40} \d+ \d+", line):
                commit = line[:40]
            elif line.startswith("author "):
                uncommitted = not commit.strip("0")
                commits.append("" if uncommitted else commit)
                authors.append("" if uncommitted else line.removeprefix("author "))
        return _Blame(tuple(commits), tuple(authors))

    def _by_file(self, path: str, fault: str) -> Owner:
        """Where lines cannot be blamed: by the commits that changed the file, which needs no contents of old files."""
        if path not in self._files:
            answer = run_git(self.tree.root, "log", "--format=%aN", "HEAD", "--", path)
            names = Counter(answer.stdout.decode(errors="replace").split("\n"))
            del names[""]
            if answer.returncode or not names:
                self._files[path] = Owner("", f"git blame failed: {fault}")
            else:
                name = min(names, key=lambda one: (-names[one], one))
                said = f"{names[name]} of {sum(names.values())} commits on the file"
                self._files[path] = Owner(name, f"{said}, for its lines cannot be blamed: {fault}")
        return self._files[path]


def _rules(root: Path) -> tuple[str, list[tuple[int, re.Pattern, list[str]]]] | None:
    """CODEOWNERS of a root: its path, and its rows."""
    for name in CODEOWNERS:
        file = root / name
        if not file.is_file():
            continue
        rows = []
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            words = re.sub(r"(^|\s)#.*", "", line).split()
            if words and not words[0].startswith(("[", "^[")):
                rows.append((number, _pattern(words[0]), words[1:]))
        return name, rows
    return None


def _pattern(text: str) -> re.Pattern:
    """A pattern as in .gitignore: anchored where it holds a slash before its end, a folder with all below it."""
    anchored = "/" in text.rstrip("/")
    body = text.strip("/")
    made = ""
    for part in re.split(r"(\*\*/|/\*\*|\*|\?)", body):
        made += {"**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
    below = "/.*" if text.endswith("/") else "" if body.endswith("/*") else "(?:/.*)?"
    return re.compile(f"{'^' if anchored else '(?:^|/)'}{made}{below}$")


def _read(file: Path) -> _Blame | None:
    try:
        known = json.loads(file.read_bytes())
        return _Blame(tuple(known["commits"]), tuple(known["authors"]), known["fault"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(file: Path, blame: _Blame) -> None:
    try:
        replace(file, json.dumps({"commits": blame.commits, "authors": blame.authors, "fault": blame.fault}))
    except OSError:
        return
