"""`ptychoparity goldens`: a backend is held to what it claims."""

import pytest

from tests.running import ptychoparity


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("ClaimsOne", 0, "not claimed by tests.miniatures.partial:ClaimsOne: amplitude_mae, "),
        ("ClaimsNone", 2, "tests.miniatures.partial:ClaimsNone: could not be judged, it claims no operation"),
    ],
)
def test_what_is_not_claimed_is_no_failure(name, code, words):
    done = ptychoparity("goldens", "fixtures/goldens", "--backend", f"tests.miniatures.partial:{name}")
    assert done.exit == code, done.stdout + done.stderr
    assert words in done.stdout and "FAILS" not in done.stdout


def test_what_is_claimed_and_wrong_is_a_failure():
    done = ptychoparity("goldens", "fixtures/goldens", "--backend", "tests.miniatures.wrong:AlwaysWrong")
    assert done.exit == 1 and "FAILS" in done.stdout
