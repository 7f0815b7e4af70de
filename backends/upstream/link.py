"""Make the public source importable in the environment that runs this: `python link.py DIR` writes a .pth file.

It is run by `make upstream`, in the environment it has just made, where nothing of ours is installed.
"""

import sys
import sysconfig
from pathlib import Path

FILE = "upstream.pth"


def main() -> None:
    """Name the source's folder to Python, and say which."""
    source = Path(sys.argv[1]).resolve()
    Path(sysconfig.get_path("purelib"), FILE).write_text(f"{source}\n", encoding="utf-8")
    print(f"{sys.prefix}: ptycho and ptycho_torch are read from {source}")


if __name__ == "__main__":
    main()
