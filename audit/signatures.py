"""Signatures as text and JSON, with griffe's reading of a parameter list."""

import ast

from griffe import get_parameters

LONGEST = 120


def text_of(node: ast.AST | None) -> str | None:
    """An expression as one line of text."""
    return None if node is None else " ".join(ast.unparse(node).split())


def short(node: ast.AST | None) -> str | None:
    """The same, where it is short."""
    if node is None or isinstance(node, ast.Lambda):
        return None
    if isinstance(node, ast.Dict | ast.List | ast.Tuple | ast.Set | ast.JoinedStr) and _is_long(node):
        return None
    text = text_of(node)
    return text if text is not None and len(text) <= LONGEST else None


def _is_long(node: ast.AST) -> bool:
    return (getattr(node, "end_lineno", 0) or 0) - getattr(node, "lineno", 0) > 3


def parameters(node: ast.arguments) -> list[list]:
    """[name, kind, default, annotation] of each parameter; the kinds are griffe's words."""
    return [
        [
            name,
            kind.value,
            default if default is None or isinstance(default, str) else text_of(default),
            text_of(annotation),
        ]
        for name, annotation, kind, default in get_parameters(node)
    ]
