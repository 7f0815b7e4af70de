"""The version of the package that a backend of ours belongs to."""

from importlib import metadata


def own_version() -> str:
    """Return the version of ptychoparity; "0+unknown" where it is not installed, as in another interpreter."""
    try:
        return metadata.version("ptychoparity")
    except metadata.PackageNotFoundError:
        return "0+unknown"
