"""``python -m speleo …`` is ``speleo …``."""

import os
import subprocess
import sys

from ._program import find_program


def main() -> None:
    """Becomes the program; where a process cannot, runs it and ends as it ends."""
    program = find_program()
    if os.name != "nt":
        os.execv(program, [program, *sys.argv[1:]])
    sys.exit(subprocess.run([program, *sys.argv[1:]]).returncode)


if __name__ == "__main__":
    main()
