"""Which errors are a user's to mend: they are shown as one line, everything else with its traceback."""

from backends.registry import UnknownBackend
from reference.simulation import CannotSimulate
from reports.events import RunError
from spec_tests.catalogue import UnknownClause
from spec_tests.contract import ContractError
from spec_tests.scan_checks import ScanError
from spec_tests.unchecked import UncheckedError


class Mistake(ValueError):
    """What was asked for cannot be done; the message says why and what can."""


def is_users(error: Exception) -> bool:
    users = (Mistake, UnknownBackend, RunError, ContractError, UncheckedError, UnknownClause, ScanError, CannotSimulate)
    return isinstance(error, users)
