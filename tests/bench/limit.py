"""What a question may cost, and running a command within it."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

LAUNCH = Path(__file__).with_name("launch.py")


@dataclass
class Limit:
    """The most seconds and bytes of a process, and the cores that it may use."""

    seconds: float
    memory: int
    threads: int = 2


@dataclass
class Ended:
    """What a process did."""

    seconds: float
    # Of all cores.
    processor: float
    # The peak of resident memory in bytes.
    memory: int
    out: str
    lines: list
    # Why it gave no answer, and whether that was a limit.
    error: str | None
    is_stopped: bool


def run(command: list[str], limit: Limit, text: str = "", folder: Path | None = None) -> Ended:
    """Runs a command that reads a text."""
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "out"
        task = {
            "command": command, "input": text, "out": str(out), "folder": folder and str(folder),
            "seconds": limit.seconds, "memory": limit.memory, "threads": limit.threads,
        }  # fmt: skip
        launched = subprocess.run([sys.executable, "-S", str(LAUNCH)], input=json.dumps(task), capture_output=True, text=True)
        if launched.returncode != 0:
            raise RuntimeError(launched.stderr)
        ended = json.loads(launched.stdout)
        answer = out.read_text(errors="replace")
    return Ended(ended["seconds"], ended["processor"], ended["memory"], answer, ended["lines"], error(ended, limit), bool(ended["stopped"]))


def error(ended: dict, limit: Limit) -> str | None:
    if ended["stopped"] == "time":
        return f"more than {limit.seconds:.0f} s"
    if ended["stopped"] == "memory":
        return f"more than {limit.memory / 1e9:g} GB"
    if ended["status"] == 0:
        return None
    lines = [line for _, line in ended["lines"] if line.strip()]
    # Python's exception or a diagnostic's first line, else the last one.
    telling = [line for line in lines if "Error" in line or "Exception" in line or line.startswith("error")]
    return (telling or lines[-1:] or [f"ended with {ended['status']}"])[0]
