"""Arithmetic on named dimensions: `gridsize**2`, `M <= N`, evaluated without `eval`."""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class ExpressionError(ValueError):
    """An expression that is not of the small language, or that names an unknown symbol."""


@lru_cache(maxsize=1024)
def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"{text!r} is not an expression: {error.msg}") from error


def _value(node: ast.expr, symbols: Mapping[str, Any], text: str) -> Any:
    def value(child: ast.expr) -> Any:
        return _value(child, symbols, text)

    match node:
        case ast.Constant(value=int() | float() as constant):
            return constant
        case ast.Name(id=name):
            if name not in symbols:
                raise ExpressionError(f"{text!r} names {name!r}; known are {sorted(symbols)}")
            return symbols[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -value(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](value(left), value(right))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            return _COMPARE[type(op)](value(left), value(right))
        case ast.BoolOp(op=ast.And(), values=values):
            return all(value(child) for child in values)
        case ast.BoolOp(op=ast.Or(), values=values):
            return next((found for child in values if (found := value(child))), False)
    raise ExpressionError(f"{text!r}: only names, numbers, + - * // % **, comparisons, and, or are allowed")


def evaluate(expression: str | int | float, symbols: Mapping[str, Any]) -> Any:
    """Value of `expression` with `symbols`; numbers stand for themselves. Raises ExpressionError."""
    if not isinstance(expression, str):
        return expression
    return _value(_parse(expression), symbols, expression)


def symbols_in(expression: str | int | float) -> frozenset[str]:
    """The names an expression needs."""
    if not isinstance(expression, str):
        return frozenset()
    return frozenset(node.id for node in ast.walk(_parse(expression)) if isinstance(node, ast.Name))
