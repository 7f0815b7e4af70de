"""From nothing to the first operation that passes: what a newcomer does by hand, done by a script.

python docs/examples/first_green.py [FRAMEWORK] [FOLDER]
"""

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

NAME, MODULE = "my-first", "my_first:MyFirst"
DOES_NOT_CONFORM = 1


def run(command: str, folder: Path) -> int:
    """Run a command of ours as it is written, show it and what it says; its exit code."""
    print(f"$ {command}", flush=True)
    words = shlex.split(command)
    words = [sys.executable, "-m", "ptychoparity", *words[1:]]
    return subprocess.run(words, cwd=folder, check=False, stderr=subprocess.DEVNULL).returncode


def uncommented(text: str) -> str:
    """The file with its next step taken: the operation that it has as a comment is claimed."""
    text = text.replace('# "diffract"', '"diffract"')
    head, first, last = text.partition("    # def _diffract")
    lines = [line.replace("    # ", "    ", 1) for line in (first + last).splitlines()]
    return head + "\n".join(lines) + "\n"


def main(framework: str, folder: Path) -> None:
    """Each step ends as it must, or the script does. Raises SystemExit."""
    file = folder / "my_first.py"
    steps = [
        (f"ptychoparity new-backend {NAME} --framework {framework}", 0, None),
        (f"ptychoparity check --backend {MODULE} --device cpu --only 'describe/*'", 0, None),
        (f"ptychoparity check --backend {MODULE} --device cpu --profile quick --operation diffract", 2, None),
        # the operation as in the file, but for one shift that is forgotten: the examples say what is wrong
        (f"ptychoparity check --backend {MODULE} --device cpu --profile quick --operation diffract --kind example",
         DOES_NOT_CONFORM, lambda text: uncommented(text).replace("axes=(1, 2)", "axes=(1,)")
                                                         .replace("dim=(1, 2)", "dim=(1,)")),
        (f"ptychoparity check --backend {MODULE} --device cpu --profile quick --gate house --operation diffract",
         0, lambda text: text.replace("axes=(1,)", "axes=(1, 2)").replace("dim=(1,)", "dim=(1, 2)")),
    ]  # fmt: skip
    for command, expected, edit in steps:
        if edit is not None:
            file.write_text(edit(file.read_text()))
        if (code := run(command, folder)) != expected:
            raise SystemExit(f"exit {code}, expected {expected}: {command}")
    print(f"diffract of {MODULE} is green ({framework})")


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "numpy"
    if len(sys.argv) > 2:
        main(chosen, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(chosen, Path(made))
