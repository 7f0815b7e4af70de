"""Blocks as Markdown and HTML: nothing that stands in audited source becomes markup."""

import re
from importlib import resources

import pytest

from ptychoparity.audit.documents import page, text
from ptychoparity.audit.documents.blocks import Bullets, Code, Document, Heading, Paragraph, Rows, Tree, flat
from ptychoparity.audit.documents.summary import words
from ptychoparity.audit.documents.tree import nested

NASTY = "</code><script>alert(1)</script> `tick` | *star* _under_ \x07 \u03bb"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain words", "plain words"),
        ("a_b * `c` | <d>", "a\\_b \\* \\`c\\` \\| \\<d>"),
        ("# no heading", "\\# no heading"),
        ("- no item", "\\- no item"),
        ("12. no item", "\\12. no item"),
        ("two\nlines", "two lines"),
        ("caf\u00e9 \u2192 \u03bb", "caf\\\\xe9 -> \\\\u03bb"),
        (Code("f(x)"), "`f(x)`"),
        (Code("a `b` c"), "``a `b` c``"),
        (Code("`b"), "`` `b ``"),
        (Code(""), ""),
        (("a ", Code("b"), (" c", Code("d"))), "a `b` c`d`"),
    ],
)
def test_text_is_escaped(given, shown):
    assert text.inline(given) == shown


def test_a_table_keeps_its_columns():
    shown = text.table(Rows(("A", "B|C"), ((Code("x|y"), NASTY), ("", "z")), frozenset({1})))
    lines = shown.splitlines()
    assert lines[1] == "| --- | --: |" and lines[2].startswith("| `x\\|y` | ")
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 3 for line in lines)


def test_a_document_is_ascii_and_ends_in_a_newline():
    made = Document(
        "d", ("About ", Code("x")), (Heading(Code("y"), 3), Paragraph(NASTY), Bullets((NASTY,)), Rows(("A",), ()))
    )
    shown = text.render(made)
    assert shown.isascii() and shown.endswith("\n") and shown.startswith("# About `x`\n\n### `y`\n")
    assert "\x07" not in shown


def test_pieces_are_joined_and_read_as_words():
    assert words(flat([Code("a"), ("b", Code("c"))], "; ")) == "a; bc"
    assert flat([]) == ""


def rendered(blocks=()):
    summary = Document("summary", "Summary", tuple(blocks))
    return page.render("2026-01-01T000000Z", ("<ref>", "cand"), summary, None, [summary], 3)


def test_the_page_escapes_everything():
    rows = Rows(("A", "B", "C"), ((Code(NASTY), NASTY, "x"),))
    shown = rendered([Heading(NASTY, 3), Paragraph(NASTY), Bullets(((NASTY, Code(NASTY)),)), rows])
    assert "<script>alert" not in shown and "&lt;script&gt;" in shown and "&lt;ref&gt;" in shown
    assert "\x07" not in shown


def test_the_page_needs_nothing_else_and_admits_only_its_own_script():
    shown = rendered()
    assert not re.search(r"(src|href)=\"(?!#|data:,)", shown)
    (script,) = re.findall(r"<script>(.*?)</script>", shown, re.S)
    (style,) = re.findall(r"<style>(.*?)</style>", shown, re.S)
    assert f"script-src '{page.content_hash(script)}'" in shown and f"style-src '{page.content_hash(style)}'" in shown


def row(level, name):
    return {"level": level, "name": name, "at": "", "defined": "", "marks": [], "ran": None}


def test_rows_of_a_chain_become_a_tree():
    top = nested(Tree((row(0, "a"), row(1, "b"), row(2, "c"), row(1, "d"), row(2, "e"), row(3, "f"))))
    assert [one.row["name"] for one in top.below] == ["b", "d"]
    assert [one.row["name"] for one in top.below[1].below[0].below] == ["f"]


def test_a_tree_is_shown_escaped():
    tree = Tree((row(0, "m.f"), {**row(1, NASTY), "at": "m.py:1", "ran": 3}), ran=True)
    shown = rendered([Heading("Tree"), tree])
    assert "m.py:1" in shown and "<script>alert" not in shown and "ran 3" in shown and "data-fold" in shown
    plain = text.render(Document("d", "T", (tree,)))
    assert plain.isascii() and "\n+- m.py:1  " in plain and plain.endswith("  [ran 3]\n```\n")


def test_a_fence_holds_fences():
    shown = text.preformatted("a\n```\nb")
    assert shown == "````text\na\n```\nb\n````" and text.preformatted("a") == "```text\na\n```"


def test_some_headings_fold():
    parts = page.folded([Paragraph("a"), Heading("b"), Paragraph("c"), Heading("d", 3), Heading("e", fold=True)])
    assert [(one.title, one.fold, len(one.blocks)) for one in parts] == [
        (None, False, 1), ("b", False, 1), ("d", True, 0), ("e", True, 0),
    ]  # fmt: skip


def test_no_id_of_the_filters_is_the_name_of_another():
    """A form hands out both under one name, and neither by itself."""
    shown = (resources.files("ptychoparity.audit.documents") / "parity.html.j2").read_text()
    form = re.search(r"<form.*?</form>", shown, re.S)[0]
    names, ids = set(re.findall(r'\bname="(\w+)"', form)), set(re.findall(r'\bid="(\w+)"', form))
    assert names == {"q", "status", "area", "level"} and not names & ids
    script = (resources.files("ptychoparity.audit.documents") / "audit.js").read_text()
    assert set(re.findall(r'getElementById\("(\w+)"\)', script)) <= ids
