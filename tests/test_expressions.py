"""Arithmetic on dimensions: as Python has it, and nothing more than arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptychoparity.spec_tests.expressions import ExpressionError, evaluate, symbols_in

SYMBOLS = {"N": 64, "M": 20, "gridsize": 2, "pool": None, "flag": True}

VALUES = [
    ("N", 64), ("gridsize**2", 4), ("2*N + 1", 129), ("-N", -64), ("N // 3", 21), ("N % 10", 4), ("1.5", 1.5),
    ("M <= N", True), ("M > N", False), ("M == 20 and N != 20", True), ("M > N or N == 64", True),
    ("gridsize == 1 or M >= gridsize**2", True), ("pool or N", 64), ("flag", True), ("(N + M) * 2", 168),
    (7, 7), (2.5, 2.5), ("2**3**2", 512),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_values(text, value):
    found = evaluate(text, SYMBOLS)
    assert found == value and type(found) is type(value)


REFUSED = [
    "__import__('os')", "N.real", "N[0]", "f(N)", "lambda: N", "'text'", "[N]", "N if M else 1", "N / 3", "N @ M",
    "N << 2", "~N", "not N", "1 < M < N", "N is M", "(N := 3)", "{N}", "None", "f'{N}'",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_everything_else_is_refused(text):
    with pytest.raises(ExpressionError, match="are allowed"):
        evaluate(text, SYMBOLS)


@pytest.mark.parametrize("text", ["", "N +", "N N", ")", "N = 3"])
def test_what_does_not_parse_is_refused_with_its_text(text):
    with pytest.raises(ExpressionError, match="is not an expression"):
        evaluate(text, SYMBOLS)


def test_an_unknown_name_is_named_beside_the_known():
    with pytest.raises(ExpressionError, match=r"'K \+ N' names 'K'; known are \['M', 'N'"):
        evaluate("K + N", SYMBOLS)


def test_or_and_and_stop_early():
    """A rule may guard its second half: `gridsize == 1 or K >= ...`, where K is not known."""
    assert evaluate("N == 64 or K", SYMBOLS) is True
    assert evaluate("N == 0 and K", SYMBOLS) is False


def test_symbols():
    assert symbols_in("gridsize == 1 or K >= gridsize**2") == {"gridsize", "K"}
    assert symbols_in(3) == frozenset()


@given(
    st.integers(-50, 50), st.integers(-50, 50), st.sampled_from(["+", "-", "*", "//", "%", "<", "<=", "==", "!=", ">"])
)
def test_arithmetic_is_pythons(a, b, operator):
    text = f"a {operator} b"
    if b == 0 and operator in ("//", "%"):
        return
    assert evaluate(text, {"a": a, "b": b}) == eval(text, {"a": a, "b": b})
