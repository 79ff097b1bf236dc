#!/usr/bin/env python3
"""How the time of searches grows with the rows: six of the suite's searches over 1 to 50 million.

    python3 tests/bench/curve.py target/release/speleo --folder /tmp/bench --csv curve.csv

The bars are seconds for a million rows: where they are as long as each other, time grows as the rows do. The last column is the exponent of the
power of rows that fits best, 1 for a straight line.
"""

import argparse
import csv
import math
import os
from pathlib import Path

import limit
import question
from program import Program
from suite import GB, prepared

SEARCHES = [
    "filter: needle", "term: rare word", "stats: sums by 100,000", "stats: sums by every second row", "row: average by 100,000 beside each",
    "row: all in order of a number",
]  # fmt: skip
WIDTH = 40


def exponent(points: list[tuple[int, float]]) -> float:
    """The slope of the line through the logarithms."""
    logs = [(math.log(rows), math.log(seconds)) for rows, seconds in points]
    x, y = (sum(axis) / len(logs) for axis in zip(*logs))
    spread = sum((one - x) ** 2 for one, _ in logs)
    return sum((one - x) * (other - y) for one, other in logs) / spread if spread else math.nan


def draw(name: str, points: list[tuple[int, dict]]) -> None:
    print(f"\n{name}")
    answered = [(rows, point) for rows, point in points if "error" not in point]
    most = max((point["time"] / rows for rows, point in answered), default=1)
    for rows, point in points:
        if "error" in point:
            print(f"{rows:>12,}  {point['error']}")
            continue
        share = point["time"] / rows
        bar = "█" * max(1, round(share / most * WIDTH))
        print(f"{rows:>12,}{point['time']:>9.3f} s{point['memory'] / 1e6:>8.0f} MB{share * 1e6:>9.4f} s a million  {bar}")
    if len(answered) > 1:
        print(f"{'':>12}  rows to the power of {exponent([(rows, point['time']) for rows, point in answered]):.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--millions", default="1,5,10,25,50", help="rows, also parts such as 0.3")
    parser.add_argument("--folder", type=Path, default=Path("/tmp/bench"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", action="append", help="another search of the suite; repeatable")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--memory", type=float, default=12)
    parser.add_argument("--csv", type=Path)
    args = parser.parse_args()
    os.environ["TZ"] = "UTC"
    names = args.only or SEARCHES
    questions = [one for one in question.load(names) if one.title in names]
    folder, program = args.folder.resolve(), str(Path(args.program).resolve())
    most = limit.Limit(args.seconds, int(args.memory * GB))
    sizes = [int(float(one) * 1e6) for one in args.millions.split(",")]
    points: dict[str, list] = {one.title: [] for one in questions}
    for rows in sizes:
        sets = sorted({name for one in questions for name in one.sets})
        tested = Program(program, folder, prepared(folder, rows, sets, program, most), most)
        for asked in questions:
            points[asked.title].append((rows, tested.warm(asked, tested.options(asked), args.runs)))
    for name, of in points.items():
        draw(name, of)
    if args.csv:
        with args.csv.open("w", newline="") as out:
            table = csv.writer(out)
            table.writerow(["search", "rows", "seconds", "memory_bytes", "error"])
            for name, of in points.items():
                table.writerows([name, rows, one.get("time"), one.get("memory"), one.get("error")] for rows, one in of)


if __name__ == "__main__":
    main()
