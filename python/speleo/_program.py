"""Where the program is: ``SPELEO_BIN``, else the one of this package, else the search path."""

import os
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Iterator

NAME = "speleo.exe" if os.name == "nt" else "speleo"


def find_program() -> str:
    """The path of the program ``speleo``.

    :raises FileNotFoundError: where there is none, with the places that were looked at.
    """
    named = os.environ.get("SPELEO_BIN")
    if named:
        if not Path(named).is_file():
            raise FileNotFoundError(f"SPELEO_BIN={named}: no such file")
        return named
    folders = list(dict.fromkeys(_folders()))
    for folder in folders:
        path = Path(folder) / NAME
        if path.is_file():
            return str(path)
    found = shutil.which(NAME)
    if found is None:
        places = ", ".join(folders)
        raise FileNotFoundError(f"the program `{NAME}` is neither in {places} nor on PATH; SPELEO_BIN names it")
    return found


def _folders() -> Iterator[str]:
    """Where the scripts of this environment, of the user, and of ``pip install --target`` are."""
    yield sysconfig.get_path("scripts")
    yield sysconfig.get_path("scripts", scheme=_user_scheme())
    yield str(Path(__file__).resolve().parent.parent / "bin")


def _user_scheme() -> str:
    if sys.version_info >= (3, 10):
        return sysconfig.get_preferred_scheme("user")
    return "nt_user" if os.name == "nt" else "posix_user"
