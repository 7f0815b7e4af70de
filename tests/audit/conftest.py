"""The project that the tests of the command audit."""

import pytest

from tests.audit.project import FILES, SPEC
from tests.audit.sources import write


@pytest.fixture
def project(tmp_path):
    root = write(tmp_path / "code", FILES)
    (tmp_path / "spec.md").write_text(SPEC)
    return root
