"""A spec in Markdown: its headings, and what stands in code marks and fenced code, each with its line."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from ptychoparity.audit import trees
from ptychoparity.audit.model import Place
from ptychoparity.core.errors import UsageError

ROLE = "spec"
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*(\w*)")
HEADING = re.compile(r" {0,3}(#{1,6})\s+(.+?)\s*#*$")
MARK = re.compile(r"(?<!`)(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)")
NUMBER = re.compile(r"§?(\d+(?:\.\d+)*)\.?(?=\s|$)")


class Mark(NamedTuple):
    """A piece of text that is set as code."""

    text: str
    line: int
    kind: str
    """mark, fence or heading (a mark in a heading)."""
    column: int
    """Which cell of a table it stands in, from 0; -1 outside tables."""
    indent: int
    """Of the list item its line begins; -1 where the line begins none."""
    leads: bool
    """Whether it is the first thing of a list item or of a table's row."""


class Section(NamedTuple):
    """A heading and the lines below it, up to the next heading."""

    line: int
    last: int
    level: int
    title: str
    """As written, without marks."""

    @property
    def number(self) -> str:
        found = NUMBER.match(self.title)
        return found[1] if found else ""


@dataclass(frozen=True)
class Spec:
    """One file."""

    path: str
    """Relative to the root it was given with (a tree's), else its name."""
    file: Path
    version: str
    text: tuple[str, ...] = field(repr=False)

    def place(self, line: int) -> Place:
        return Place(ROLE, self.path, line)

    @cached_property
    def _parsed(self) -> tuple[tuple[Section, ...], tuple[Mark, ...]]:
        heads, marks = [], []
        fence = ""
        for number, line in enumerate(self.text, 1):
            found = FENCE.match(line)
            if found and (not fence or found[1].startswith(fence)):
                fence = "" if fence else found[1]
            elif fence:
                marks.append(Mark(line, number, "fence", -1, -1, False))
            elif head := HEADING.match(line):
                heads.append((number, len(head[1]), head[2].replace("`", "").replace("*", "")))
                marks += [Mark(one[2], number, "heading", -1, -1, False) for one in MARK.finditer(head[2])]
            else:
                marks += _marks(line, number)
        ends = [line - 1 for line, _, _ in heads[1:]] + [len(self.text)]
        sections = [Section(line, last, level, title) for (line, level, title), last in zip(heads, ends, strict=False)]
        return tuple(sections), tuple(marks)

    @property
    def sections(self) -> tuple[Section, ...]:
        return self._parsed[0]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """By line."""
        return self._parsed[1]

    def section_at(self, line: int) -> Section | None:
        """The innermost section a line stands in."""
        inside = [one for one in self.sections if one.line <= line]
        return inside[-1] if inside else None

    def above(self, section: Section) -> Iterator[Section]:
        """A section and those it stands in, outwards."""
        level = section.level + 1
        for one in reversed([other for other in self.sections if other.line <= section.line]):
            if one.level < level:
                level = one.level
                yield one


def _marks(line: str, number: int) -> Iterator[Mark]:
    table = line.lstrip().startswith("|")
    item = re.match(r"(\s*)(?:[-*+]|\d+[.)])\s+", line)
    for one in MARK.finditer(line):
        before = line[: one.start()]
        column = before.count("|") - before.count("\\|") - 1 if table else -1
        leads = not (before[item.end() :].strip(" *_(") if item else before.strip(" |*_") if table else "x")
        yield Mark(one[2].strip(), number, "mark", column, len(item[1]) if item else -1, leads)


@dataclass(frozen=True)
class Specs:
    """The spec files of an audit, to be cited with the role `spec`."""

    files: tuple[Spec, ...]
    role: str = ROLE

    def __iter__(self) -> Iterator[Spec]:
        return iter(self.files)

    def lines(self, path: str) -> list[str]:
        return list(next(one for one in self.files if one.path == path).text)


def read_specs(files: Iterable[Path], roots: Iterable[Path] = ()) -> Specs:
    """Specs by path. `roots`: folders of trees; what lies in one is named, and versioned, from there.

    Raises UsageError for what cannot be read or is no text.
    """
    found: dict[str, Spec] = {}
    for file in files:
        try:
            content = file.read_bytes()
            text = content.decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"spec {file} cannot be read: {getattr(error, 'strerror', None) or error}") from error
        root = next((one for one in roots if file.resolve().is_relative_to(one.resolve())), None)
        path = file.resolve().relative_to(root.resolve()).as_posix() if root else file.name
        if path in found and found[path].file.resolve() != file.resolve():
            path = file.resolve().as_posix().lstrip("/")
        known = trees.version_of(root or file.resolve().parent, file.resolve(), content)
        version = known or f"content {hashlib.sha256(content).hexdigest()[:12]}"
        found[path] = Spec(path, file, version, tuple(trees.text_lines(text.replace("\r\n", "\n").replace("\r", "\n"))))
    return Specs(tuple(found[path] for path in sorted(found)))
