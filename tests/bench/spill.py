#!/usr/bin/env python3
"""Searches over more data than fits into `--memory-limit`: whether they end, whether their answers are DuckDB's, and how much memory they take.

    python3 tests/bench/spill.py target/release/speleo --folder /tmp/bench

20 million web events are more than 5 GB in memory, ten times the limit of 512 MB. What was spilled is told by the operators of a second run.
"""

import argparse
import json
import os
import sys
import tomllib
from pathlib import Path

import limit
import rows
from program import Program
from question import Question
from suite import GB, ask, prepared


def spilled(node: dict) -> int:
    """The bytes that an operator and those below it put on disk."""
    return (node.get("spilled_bytes") or 0) + sum(spilled(one) for one in node.get("inputs", []))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/bench"))
    parser.add_argument("--memory-limit", type=int, default=512, help="of a search, in MB")
    parser.add_argument("--only", help="searches whose name holds this text")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--memory", type=float, default=12, help="the most GB of resident memory of one process")
    args = parser.parse_args()
    os.environ["TZ"] = "UTC"
    folder, program = args.folder.resolve(), str(Path(args.program).resolve())
    most = limit.Limit(args.seconds, int(args.memory * GB))
    tables = prepared(folder, args.rows, ["web"], program, most)
    tested = Program(program, folder, tables, most)
    searches = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())["search"]
    wrong = 0
    print(f"{args.rows:,} rows, at most {args.memory_limit} MB\n")
    print("| search | s | peak, MB | spilled, MB | DuckDB, s | MB | answer |\n| --- | ---: | ---: | ---: | ---: | ---: | --- |", flush=True)
    for one in searches:
        asked = Question(subject="spill", **one)
        if args.only and args.only not in asked.name:
            continue
        given = [*tested.options(asked), f"--memory-limit={args.memory_limit}MB", asked.spl]
        ended = limit.run([program, "search", "--output=jsonl", *given], most, folder=folder)
        theirs = ask("duckdb", asked, tables, 1, most)
        duck = f"{theirs['time']:.1f} | {theirs['memory'] / 1e6:.0f}" if "error" not in theirs else f"{theirs['error'][:60]} |"
        if ended.error:
            wrong += 1
            print(f"| {asked.name} | {ended.seconds:.1f} | {ended.memory / 1e6:.0f} | | {duck} | fails: {ended.error} |", flush=True)
            continue
        inspected = limit.run([program, "inspect", "--output=json", *given], most, folder=folder)
        disk = "" if inspected.error else f"{spilled(json.loads(inspected.out)['operators']) / 1e6:.0f}"
        ours = [tuple(json.loads(line).values()) for line in ended.out.splitlines()]
        differs = "not compared" if "error" in theirs else rows.difference(ours, theirs["rows"])
        wrong += differs is not None
        print(f"| {asked.name} | {ended.seconds:.1f} | {ended.memory / 1e6:.0f} | {disk} | {duck} | {differs or 'the same'} |", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
