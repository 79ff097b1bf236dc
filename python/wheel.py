"""Puts the program into the wheel as a script, so that `pip install` puts it beside `python` itself.

The program is what SPELEO_BIN names; without that it is built from the checkout around this folder. A program that needs no
library of the system is tagged for every Linux, another one for this machine's kind alone.
"""

import os
import platform
import re
import struct
import subprocess
import sys
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

CHECKOUT = Path(__file__).resolve().parent.parent


class VersionHook(MetadataHookInterface):
    """The version is the workspace's: it is written once."""

    def update(self, metadata):
        text = (CHECKOUT / "Cargo.toml").read_text(encoding="utf-8")
        found = re.search(r'^\[workspace\.package\]\nversion = "([^"]+)"', text, re.MULTILINE)
        if found is None:
            raise RuntimeError(f"{CHECKOUT / 'Cargo.toml'} names no version")
        metadata["version"] = found[1]


class ProgramHook(BuildHookInterface):
    """The program and the tags that follow from it."""

    def initialize(self, version, build_data):
        if version == "editable":
            return
        program = find_or_build()
        name = "speleo.exe" if os.name == "nt" else "speleo"
        build_data["shared_scripts"][str(program)] = name
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{wheel_platform(program)}"


def find_or_build() -> Path:
    """The program that goes into the wheel."""
    named = os.environ.get("SPELEO_BIN")
    if named:
        program = Path(named).resolve()
        if not program.is_file():
            raise RuntimeError(f"SPELEO_BIN={named}: no such file")
        return program
    target = Path(os.environ.get("CARGO_TARGET_DIR", CHECKOUT / "target"))
    subprocess.run(["cargo", "build", "--profile", "dist", "--locked"], cwd=CHECKOUT, check=True)
    return (CHECKOUT / target / "dist" / ("speleo.exe" if os.name == "nt" else "speleo")).resolve()


def wheel_platform(program: Path) -> str:
    """Where the wheel may be installed."""
    machine = platform.machine().lower()
    if sys.platform == "linux" and is_static(program):
        return f"manylinux_2_17_{machine}.manylinux2014_{machine}.musllinux_1_1_{machine}"
    return re.sub(r"[^a-z0-9_]", "_", sysconfig.get_platform().lower())


def is_static(program: Path) -> bool:
    """Whether an ELF file names no interpreter: then it loads no library either."""
    PT_INTERP = 3
    with program.open("rb") as file:
        header = file.read(64)
        if header[:5] != b"\x7fELF\x02":
            return False
        order = "<" if header[5] == 1 else ">"
        (start,) = struct.unpack_from(order + "Q", header, 32)
        size, count = struct.unpack_from(order + "HH", header, 54)
        file.seek(start)
        table = file.read(size * count)
    kinds = [struct.unpack_from(order + "I", table, index * size)[0] for index in range(count)]
    return PT_INTERP not in kinds
