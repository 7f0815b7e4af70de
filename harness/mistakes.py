"""Which errors are a user's to mend: they are shown as one line, everything else with its traceback."""

from ptychoparity.backends.registry import UnknownBackend
from ptychoparity.reference.simulation import CannotSimulate
from ptychoparity.reports.events import RunError
from ptychoparity.spec_tests.catalogue import UnknownClause
from ptychoparity.spec_tests.contract import ContractError
from ptychoparity.spec_tests.scan_checks import ScanError
from ptychoparity.spec_tests.unchecked import UncheckedError


class Mistake(ValueError):
    """What was asked for cannot be done; the message says why and what can."""


def is_users(error: Exception) -> bool:
    users = (Mistake, UnknownBackend, RunError, ContractError, UncheckedError, UnknownClause, ScanError, CannotSimulate)
    return isinstance(error, users)
