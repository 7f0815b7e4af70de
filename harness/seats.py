"""Which seats, backends on devices, a check is asked of; and the command that asks it again."""

import shlex

from spec_tests.generate import Check


def key(check: Check) -> str:
    return f"{check.backend}@{check.device}"


def command(check: Check) -> str:
    """The command that runs this check alone: a parity check needs its other backend, too."""
    other, _, device = (against(check) or key(check)).rpartition("@")
    backends, devices = dict.fromkeys((other, check.backend)), dict.fromkeys((device, check.device))
    words = ["ptychoparity", "check"]
    words += [word for name in backends for word in ("--backend", name)]
    words += [word for name in devices for word in ("--device", name)]
    return shlex.join([*words, "--only", check.id])


def against(check: Check) -> str:
    """Seat of a parity check's other backend: on the same device unless it says otherwise."""
    if not check.against:
        return ""
    name, at, device = check.against.rpartition("@")
    return check.against if at and device in ("cpu", "cuda") and name else f"{check.against}@{check.device}"
