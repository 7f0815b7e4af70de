"""What the author of an adapter imports.

This runs in every backend's process, also in a foreign interpreter: it needs NumPy and the standard library alone.

    from ptychoparity import Backend, BackendInfo, UnknownOperation
"""

from ptychoparity.backends.protocol import (
    Backend,
    BackendInfo,
    DeviceUnavailable,
    FewerGroupsWarning,
    IntegerAmplitudeWarning,
    UnknownOperation,
)

__all__ = [
    "Backend",
    "BackendInfo",
    "DeviceUnavailable",
    "FewerGroupsWarning",
    "IntegerAmplitudeWarning",
    "UnknownOperation",
]
