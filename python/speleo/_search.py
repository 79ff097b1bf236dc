"""``search``: the program writes an Arrow file into shared memory, and the table is a view of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable, List, Literal, Mapping, Optional, Tuple, TypedDict, Union, overload

from ._diagnostic import Diagnostic, SearchError, SearchWarning
from ._program import find_program

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow
    from typing_extensions import Unpack

StrPath = Union[str, "os.PathLike[str]"]
Time = Union[str, int, float, datetime]

SHARED_MEMORY = Path("/dev/shm")
# A container has 64 MB of it unless told otherwise; a file on disk is mapped as well, and as long as it is not larger than
# the memory it is read from there.
LEAST_SHARED_MEMORY = 1 << 30
# What a search takes to stop once it is told to.
PATIENCE = 5.0


class Options(TypedDict, total=False):
    """What :func:`search` takes besides the search and the form of the answer."""

    index: Mapping[str, Any]
    project: StrPath
    earliest: Time
    latest: Time
    last: str
    now: Time
    timezone: str
    sourcetype: str
    source: str
    host: str
    conf: Union[StrPath, Iterable[StrPath]]
    app: str
    lookups: StrPath
    macros: Union[StrPath, Iterable[StrPath]]
    datamodels: Union[StrPath, Iterable[StrPath]]
    geoip: StrPath
    set: Mapping[str, Any]
    limit: int
    memory_limit: str
    splunk_limits: bool
    cwd: StrPath


@overload
def search(spl: str, *, to: Literal["arrow"] = ..., **options: "Unpack[Options]") -> "pyarrow.Table": ...
@overload
def search(spl: str, *, to: Literal["pandas"], **options: "Unpack[Options]") -> "pandas.DataFrame": ...
@overload
def search(spl: str, *, to: Literal["polars"], **options: "Unpack[Options]") -> "polars.DataFrame": ...


def search(
    spl: str,
    *,
    index: Optional[Mapping[str, Any]] = None,
    project: Optional[StrPath] = None,
    earliest: Optional[Time] = None,
    latest: Optional[Time] = None,
    last: Optional[str] = None,
    now: Optional[Time] = None,
    timezone: Optional[str] = None,
    sourcetype: Optional[str] = None,
    source: Optional[str] = None,
    host: Optional[str] = None,
    conf: Union[StrPath, Iterable[StrPath]] = (),
    app: Optional[str] = None,
    lookups: Optional[StrPath] = None,
    macros: Union[StrPath, Iterable[StrPath]] = (),
    datamodels: Union[StrPath, Iterable[StrPath]] = (),
    geoip: Optional[StrPath] = None,
    set: Optional[Mapping[str, Any]] = None,
    limit: int = 0,
    memory_limit: Optional[str] = None,
    splunk_limits: bool = False,
    to: str = "arrow",
    cwd: Optional[StrPath] = None,
) -> Any:
    """Runs a search and gives its rows.

    :param spl: the search, such as ``index=web status>=500 | stats count BY host``.
    :param index: what is served as an index: a path, glob or address (or several in a list), or a table in memory, that is
        anything with ``__arrow_c_stream__`` (Arrow, Polars, pandas from 2.2, DuckDB).
    :param project: the folder with ``speleo.toml``; by default the nearest one at or above the current folder.
    :param earliest: the first instant: a ``datetime``, epoch seconds, or a text such as ``-24h@h``.
    :param latest: the instant after the last.
    :param last: the time up to now, such as ``24h``, in place of both.
    :param now: what ``now()`` and relative times start from.
    :param timezone: an IANA name; by default the system's.
    :param sourcetype: the source type of events that name none; ``source`` and ``host`` likewise.
    :param conf: folders of conf files or apps; ``app`` is the one in which the search runs.
    :param set: values for ``$name$`` in the search.
    :param limit: the most rows; 0 is all.
    :param to: ``arrow``, ``polars`` or ``pandas`` (columns of Arrow types).
    :param cwd: the folder in which the program runs.
    :raises SearchError: with ``.diagnostics`` where the search failed.
    :raises FileNotFoundError: where the program is not installed.

    Warnings and notes become :class:`SearchWarning`. ``_time`` is a column of timestamps in UTC, several values are a list.
    The table is backed by a file that has no name any more: it goes with the last column that uses it.
    """
    import pyarrow

    convert = _converter(to)
    command = [find_program(), "search", "--output", "arrow", "--error-format", "json"]
    with tempfile.TemporaryDirectory(prefix="speleo-", dir=_folder()) as folder:
        for name, value in (index or {}).items():
            for path in _paths(Path(folder), name, value):
                command += ["--index", f"{name}={path}"]
        single = [
            ("project", project),
            ("earliest", _time(earliest)),
            ("latest", _time(latest)),
            ("last", last),
            ("now", _time(now)),
            ("timezone", timezone),
            ("sourcetype", sourcetype),
            ("source", source),
            ("host", host),
            ("app", app),
            ("lookups", lookups),
            ("geoip", geoip),
            ("memory-limit", memory_limit),
        ]
        repeated = [("conf", conf), ("macros", macros), ("datamodels", datamodels)]
        # `=` keeps values that begin with a minus apart from options.
        command += [f"--{name}={os.fspath(value)}" for name, value in single if value is not None]
        command += [f"--{name}={os.fspath(value)}" for name, values in repeated for value in _each(values)]
        command += [f"--set={name}={value}" for name, value in (set or {}).items()]
        command += ["--splunk-limits"] if splunk_limits else []
        out = Path(folder) / "answer.arrow"
        command += [f"--limit={limit}", f"--out={out}", "--", spl]
        _run(command, cwd)
        with pyarrow.memory_map(str(out), "r") as file:
            # The buffers of the table keep the mapping, so the file may go.
            table = pyarrow.ipc.open_file(file).read_all()
    return convert(table)


def _converter(to: str) -> Any:
    """Looked for before the search runs: a missing package is told at once."""
    if to == "arrow":
        return lambda table: table
    if to == "polars":
        import polars

        return lambda table: polars.from_arrow(table)
    if to == "pandas":
        import pandas

        return lambda table: table.to_pandas(types_mapper=pandas.ArrowDtype)
    raise ValueError(f"to={to!r}: expected 'arrow', 'polars' or 'pandas'")


def _folder() -> Optional[str]:
    """Shared memory where there is room, else the system's folder for temporary files."""
    try:
        if os.access(SHARED_MEMORY, os.W_OK) and shutil.disk_usage(SHARED_MEMORY).free >= LEAST_SHARED_MEMORY:
            return str(SHARED_MEMORY)
    except OSError:
        pass
    return None


def _paths(folder: Path, name: str, value: Any) -> List[str]:
    """The paths behind an index; a table in memory becomes a file."""
    if isinstance(value, (str, os.PathLike)):
        return [os.fspath(value)]
    if hasattr(value, "__arrow_c_stream__") or hasattr(value, "__dataframe__"):
        import pyarrow

        table = value if isinstance(value, pyarrow.Table) else pyarrow.table(value)
        path = folder / f"index-{len(list(folder.iterdir()))}.arrow"
        with pyarrow.OSFile(str(path), "w") as file, pyarrow.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        return [str(path)]
    if isinstance(value, (list, tuple)):
        return [path for part in value for path in _paths(folder, name, part)]
    raise TypeError(f"index {name!r}: expected a path or a table, found {type(value).__name__}")


def _each(values: Union[StrPath, Iterable[StrPath]]) -> Iterable[StrPath]:
    """One path is a list of one."""
    return [values] if isinstance(values, (str, os.PathLike)) else values


def _time(value: Optional[Time]) -> Optional[str]:
    """A time as the program reads it; a ``datetime`` without a zone is local, as everywhere in Python."""
    if isinstance(value, datetime):
        value = value.timestamp()
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return None if value is None else str(value)


def _run(command: List[str], cwd: Optional[StrPath]) -> None:
    """Runs the program; warnings are told, failures raised."""
    process = subprocess.Popen(
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _, stderr = process.communicate()
    except BaseException:
        _stop(process)
        raise
    diagnostics, rest = _read(stderr.decode("utf-8", "replace"))
    if process.returncode == 130:
        raise KeyboardInterrupt
    if process.returncode != 0:
        errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity == "error"]
        told = "\n".join([*(str(error) for error in errors), *rest])
        message = told or f"speleo ended with status {process.returncode}"
        raise SearchError(message, diagnostics, process.returncode)
    for diagnostic in diagnostics:
        # The caller of `search`, not this file.
        warnings.warn(SearchWarning(diagnostic), stacklevel=3)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """As Ctrl-C does, and then without asking."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT if os.name != "nt" else signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except BaseException:
        process.kill()
        process.wait()
    if process.stderr is not None:
        process.stderr.close()


def _read(text: str) -> Tuple[List[Diagnostic], List[str]]:
    """The diagnostics, a JSON object a line, and the lines that are none."""
    diagnostics, rest = [], []
    for line in text.splitlines():
        try:
            diagnostics.append(Diagnostic.of(json.loads(line)))
        except (ValueError, KeyError, TypeError):
            if line.strip():
                rest.append(line.removeprefix("error: "))
    return diagnostics, rest
