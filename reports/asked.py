"""What a backend was asked with, for a reader in a hurry."""

from ptychoparity.reports.facts import Check, first_line, plain

LONGEST_INPUT = 200
"""Characters of an input told in one line; the page has all of it."""


def input_line(check: Check) -> str:
    """What the backend was asked with, in one line: arrays, and values that are given; empty where it is not known."""
    told = []
    for one in check.get("inputs", []):
        if "shape" in one:
            told.append(f"{one['name']} {one['dtype']} ({', '.join(map(str, one['shape']))})")
        elif one["summary"] != "None":
            told.append(f"{one['name']} = {first_line(one['summary'])}")
    line = plain("; ".join(told))
    return line if len(line) <= LONGEST_INPUT else f"{line[:LONGEST_INPUT]} ..."
