"""A page in a JavaScript engine: its elements as page.js sees them, clicked and typed into from Python."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import quickjs

VOID = frozenset({"meta", "link", "img", "input", "br", "rect"})
DOM = Path(__file__).with_name("dom.js")


class _Tree(HTMLParser):
    """The elements of a page as nested [tag, attributes, children]; the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root: list[Any] = ["#document", {}, []]
        self._open = [self.root]
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = [tag, {name: value or "" for name, value in attrs}, []]
        self._open[-1][2].append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1][2].append([tag, dict(attrs), []])

    def handle_endtag(self, tag: str) -> None:
        while len(self._open) > 1 and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self._open[-1][2].append(data)


def _scripts(node: Any) -> list[str]:
    if isinstance(node, str):
        return []
    own = ["".join(node[2])] if node[0] == "script" and "type" not in node[1] else []
    return own + [text for child in node[2] for text in _scripts(child)]


class Browser:
    """A page, loaded at an address."""

    def __init__(self, page: str, address: str = "") -> None:
        tree = _Tree(page).root
        self._engine = quickjs.Context()
        self._engine.eval(DOM.read_text(encoding="utf-8"))
        self._engine.eval(f"visit({json.dumps(address)}); load({json.dumps(tree)})")
        for script in _scripts(tree):
            self._engine.eval(script)

    def ask(self, expression: str) -> Any:
        """The value of an expression, as JSON has it."""
        return json.loads(self._engine.eval(f"JSON.stringify({expression})"))

    def do(self, statement: str) -> None:
        self._engine.eval(statement)

    def rows(self) -> list[list[str]]:
        """The table of all checks as it is drawn: the text of each cell."""
        return self.drawn("row.children.map((cell) => cell.textContent)")

    def drawn(self, expression: str) -> list[Any]:
        """An expression of each `row` of the table of all checks."""
        rows = 'document.getElementById("list").tBodies[0].rows.filter((row) => row.check)'
        return self.ask(f"{rows}.map((row) => {expression})")

    def details(self) -> list[str]:
        """The text of each opened check."""
        return self.ask('document.querySelectorAll("#list .under").map((row) => row.textContent)')

    def clauses(self) -> list[str]:
        """The clauses that the matrix shows."""
        rows = 'document.querySelectorAll(".matrix tbody tr")'
        return self.ask(f"{rows}.filter((row) => !row.hidden).map((row) => row.dataset.clause)")

    def findings(self) -> list[str]:
        """The findings that are shown, by their anchors."""
        rows = 'document.querySelectorAll(".finding")'
        return self.ask(f"{rows}.filter((row) => !row.hidden).map((row) => row.attributes.id)")

    def text(self, name: str) -> str:
        """The text of an element by its id."""
        return self.ask(f"document.getElementById({json.dumps(name)}).textContent")

    def is_hidden(self, name: str) -> bool:
        return self.ask(f"document.getElementById({json.dumps(name)}).hidden")

    def choose(self, name: str, value: str) -> None:
        """Type or choose a value of a filter."""
        self.do(
            f"{{ const one = document.getElementById('filters').elements[{json.dumps(name)}];"
            f" one.value = {json.dumps(value)}; one.dispatch('input'); }}"
        )

    def chosen(self) -> dict[str, str]:
        """What the filters say, those that say something."""
        found = self.ask(
            "Object.entries(document.getElementById('filters').elements).map(([name, one]) => [name, one.value])"
        )
        return {name: value for name, value in found if value}

    def click(self, selector: str, number: int = 0) -> None:
        self.do(f"document.querySelectorAll({json.dumps(selector)})[{number}].dispatch('click')")

    def follow(self, address: str) -> None:
        """Follow a link on the page."""
        self.do(f"follow({json.dumps(address)})")

    def back(self) -> None:
        self.do("back()")

    @property
    def address(self) -> str:
        return self.ask("location.hash")
