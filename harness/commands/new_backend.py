"""`ptychoparity new-backend NAME`: one file that starts, says who it is, and claims no operation yet."""

from pathlib import Path

from ptychoparity.core.errors import UsageError
from ptychoparity.harness import new_backend

NEXT = """\
{path}: starts, and claims no operation yet
$ ptychoparity check --backend {module}:{class_name} --only 'describe/*'
$ ptychoparity show diffract
then the last comment in the file, docs/onboarding.md"""


def run(name: str, framework: str) -> int:
    """Write `<name>.py` into the working directory; a file that is there is left alone. Raises UsageError."""
    names = new_backend.Names.of(name)
    path = Path(f"{names.module}.py")
    if not path.exists():  # else the file is what would be found
        names.refuse_taken()
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(new_backend.text(names, framework))
    except FileExistsError:
        raise UsageError(f"new-backend: {path} exists already, and is left as it is") from None
    except OSError as error:
        raise UsageError(f"new-backend: {path} cannot be written: {error.strerror}") from error
    print(NEXT.format(path=path, module=names.module, class_name=names.class_name))
    return 0
