"""Every JSON example of the documents obeys the schema that the comment above it names.

`<!-- schema: contract -->` is for some fields of a contract, each held against its own schema;
`<!-- schema: contract#/$defs/given -->` for what stands at that place of the schema.
"""

import json
import re

import jsonschema
import pytest

from tests.running import PROJECT

PAGES = sorted([PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")])
BLOCK = re.compile(r"^(?:<!-- schema: (?P<schema>\S+) -->\n)?```json\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
SCHEMAS = {
    "contract": "spec_tests/schemas/contract.schema.json", "mutants": "spec_tests/schemas/mutants.schema.json",
    "clauses": "spec_tests/schemas/clauses.schema.json",
    "unchecked": "spec_tests/schemas/unchecked.schema.json", "recipe": "fixtures/recipe.schema.json",
}  # fmt: skip


def blocks() -> dict[str, tuple[str | None, str]]:
    """(schema, text) of every example, by page and line."""
    found = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            line = text.count("\n", 0, block.start("text")) + 1
            found[f"{page.name}:{line}"] = (block["schema"], block["text"])
    return found


BLOCKS = blocks()


def faults(schema: str, text: str) -> list[str]:
    """Why an example does not obey the schema that `NAME` or `NAME#/pointer` stands for.

    Without braces around it an example is some of the fields of what is described, so none is required.
    """
    name, _, pointer = schema.partition("#")
    whole = json.loads((PROJECT / SCHEMAS[name]).read_text())
    found = whole
    for part in pointer.split("/")[1:]:
        found = found[part]
    text = text.strip().rstrip(",")
    if not text.startswith("{"):
        found = {key: rule for key, rule in found.items() if key != "required"}
        text = f"{{{text}}}"
    validator = jsonschema.Draft202012Validator({**found, "$defs": whole.get("$defs", {})})
    return [error.message for error in validator.iter_errors(json.loads(text))]


@pytest.mark.parametrize("place", BLOCKS)
def test_an_example_obeys_the_schema_it_names(place):
    schema, text = BLOCKS[place]
    assert schema, f"{place}: a comment `<!-- schema: ... -->` before the example names its schema"
    assert faults(schema, text) == []


def test_every_example_was_found():
    fences = sum(page.read_text(encoding="utf-8").count("```json") for page in PAGES)
    assert fences == len(BLOCKS) > 10


@pytest.mark.parametrize(
    ("schema", "text", "fault"),
    [
        ("contract", '"timeout": 120', None),
        ("contract", '"timeout": "120"', "is not of type 'number'"),
        ("contract", '"tolerence": {}', "'tolerence' was unexpected"),
        ("contract#/$defs/given", '{"dimensions": {}}', "'dimensions' was unexpected"),
        ("contract#/$defs/example", '{"id": "x"}', "is a required property"),
    ],
)
def test_a_wrong_example_is_seen(schema, text, fault):
    found = faults(schema, text)
    assert found == [] if fault is None else any(fault in one for one in found)
