#!/usr/bin/env python3
"""The suite: searches next to the same questions in SQL, on the same files, as one table.

    python3 tests/bench/suite.py target/release/speleo --rows 10000000 --folder /tmp/bench

`README.md` beside this file says what is measured, and how fair it is.
"""

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import data
import engine
import limit
import question
import rows
import table
from program import Program

HERE = Path(__file__).parent
GB = 1_000_000_000


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rows", type=int, default=10_000_000, help="events of the largest sets")
    parser.add_argument("--runs", type=int, default=3, help="of which the least time counts")
    parser.add_argument("--folder", type=Path, default=Path("/tmp/bench"), help="keeps the events between runs")
    parser.add_argument("--only", action="append", default=[], help="searches whose subject or name holds this text; repeatable")
    parser.add_argument("--engines", default=",".join(engine.PACKAGES))
    parser.add_argument("--seconds", type=float, default=120, help="the most for one question to one engine")
    parser.add_argument("--memory", type=float, default=12, help="the most GB of resident memory of one process")
    parser.add_argument("--json", type=Path, help="also writes all numbers to this file")
    return parser


def prepared(folder: Path, count: int, sets: list[str], program: str, most: limit.Limit) -> dict[str, Path]:
    """The files of all tables, made where they are missing."""
    # In a process of its own, which gives its memory back.
    subprocess.run([sys.executable, str(HERE / "data.py"), str(folder), "--rows", str(count), *sets], check=True)
    tables = {name: data.place(folder, name, count) for name in [*data.SETS, *data.TABLES]}
    if not tables["countries"].exists():
        tables["countries"].write_text(Program(program, folder, tables, most).addresses())
    return tables


def ripgrep(asked: question.Question, tables: dict[str, Path], runs: int, most: limit.Limit) -> dict | None:
    """A search for text by the program that people take for it: the time of the whole process."""
    pattern, rg = asked.ripgrep, shutil.which("rg")
    if not pattern or not rg:
        return None
    command = [rg, "--count", "--no-messages", f"--threads={most.threads}", pattern, str(tables[asked.sets[0]])]
    ended = [limit.run(command, most) for _ in range(runs)]
    if ended[0].error:
        return {"error": ended[0].error}
    return {"time": min(one.seconds for one in ended), "memory": max(one.memory for one in ended), "rows": [[ended[0].out.strip()]]}


def ask(name: str, asked: question.Question, tables: dict[str, Path], runs: int, most: limit.Limit) -> dict | None:
    """The answer of an engine: its least time, its peak, its rows, or why there is none; nothing where it cannot be asked."""
    if name == "ripgrep":
        return ripgrep(asked, tables, runs, most)
    statement = asked.statement(name, tables)
    if statement is None:
        return None
    task = {
        "engine": name, "statement": statement, "tables": asked.tables(name, tables), "runs": runs,
        "seconds": most.seconds, "threads": most.threads, "memory": most.memory,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        ended = limit.run([sys.executable, str(HERE / "engine.py")], most, json.dumps(task), Path(folder))
    if ended.error:
        return {"error": ended.error}
    answer = json.loads(ended.out)
    return {"time": min(answer["times"]), "times": answer["times"], "memory": ended.memory, "rows": answer["rows"]}


def compared(asked: question.Question, ours: dict, theirs: dict) -> None:
    """Notes what differs."""
    if not asked.about and "error" not in ours and "error" not in theirs:
        theirs["differs"] = rows.difference(ours["rows"], theirs["rows"])


def main() -> None:
    args = arguments().parse_args()
    # Engines read and write times in the zone of the process.
    os.environ["TZ"] = "UTC"
    folder, program = args.folder.resolve(), str(Path(args.program).resolve())
    most = limit.Limit(args.seconds, int(args.memory * GB), engine.THREADS)
    questions = question.load(args.only)
    engines = [name for name in args.engines.split(",") if name == "ripgrep" or importlib.util.find_spec(engine.PACKAGES[name])]
    sets = [name for name in data.SETS if any(name in one.sets for one in questions)]
    tables = prepared(folder, args.rows, sets, program, most)
    tested = Program(program, folder, tables, most)

    result = {"rows": args.rows, "runs": args.runs, "engines": engines, "start": tested.start(max(args.runs, 5)), "searches": []}
    table.head(result)
    for asked in questions:
        ours = tested.ask(asked, args.runs)
        line = {"name": asked.title, "speleo": ours}
        for name in engines:
            theirs = ask(name, asked, tables, args.runs, most)
            if theirs is not None:
                compared(asked, ours, theirs)
                line[name] = theirs
        for name in ["speleo", *engines]:
            # Only numbers are kept: the parent of all these processes stays small.
            answer = line.get(name, {})
            if "rows" in answer:
                answer["rows"] = len(answer["rows"])
        result["searches"].append(line)
        table.row(line, engines)
    table.foot(result)
    if args.json:
        args.json.write_text(json.dumps(result, indent=1))
    sys.exit(1 if table.wrong(result) else 0)


if __name__ == "__main__":
    main()
