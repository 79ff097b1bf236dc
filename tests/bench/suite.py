#!/usr/bin/env python3
"""The suite: searches of `suite.toml` next to the same questions in SQL, on one Parquet file.

    python3 tests/bench/suite.py target/release/speleo --rows 10000000 --folder /tmp/bench

Needs the packages `duckdb`, and for the other engines `datafusion`, `polars` with `pyarrow`, `chdb`; an engine that is not installed is left
out. The folder keeps the events between runs. Each question runs in a process of its own, with two threads; times are the least of `--runs`,
speleo's of the whole process, the others' of the statement alone. A ratio below 1 is in speleo's favour. Memory is the peak of the process,
the engine's libraries included.
"""

import argparse
import importlib.util
import json
import math
import os
import re
import resource
import subprocess
import sys
import time
import tomllib
from pathlib import Path

THREADS = 2
START = 1_767_225_600
SECONDS = 30 * 86_400
# What an engine's package is called.
ENGINES = {"duckdb": "duckdb", "datafusion": "datafusion", "clickhouse": "chdb", "polars": "polars"}
# Seconds since the epoch, as an engine says it.
EPOCH = {
    "duckdb": "epoch_us(_time) // 1000000",
    "datafusion": "CAST(date_part('epoch', _time) AS BIGINT)",
    "clickhouse": "toUnixTimestamp(_time)",
    "polars": "CAST(_time AS BIGINT) / 1000000",
}


def files(folder: Path, rows: int) -> tuple[Path, Path]:
    return folder / f"web-{rows}.parquet", folder / "people.csv"


def generate(folder: Path, rows: int) -> None:
    """Web events of a month in the order of their times, and the table of users."""
    import duckdb

    events, people = files(folder, rows)
    duck = duckdb.connect()
    duck.execute(f"SET threads = {THREADS}")
    if not people.exists():
        duck.execute(
            f"""COPY (SELECT 'user' || i AS user, 'department' || (i % 40) AS department, i AS number FROM range(5000) r(i))
                TO '{people}' (HEADER)"""
        )
    if not events.exists():
        part = events.with_suffix(".part")
        duck.execute(
            f"""COPY (
              SELECT *, concat(src, ' - ', user, ' "', method, ' ', url, '" ', status, ' ', bytes, ' ', agent,
                               CASE WHEN hash(i, 9) % 100000 = 0 THEN ' rareerror' ELSE '' END) AS _raw
              FROM (
                SELECT i, make_timestamp(({START}000000 + i::HUGEINT * {SECONDS}000000 // {rows})::BIGINT) AS _time,
                       'web' || (hash(i, 1) % 20) AS host, 'user' || (hash(i, 2) % 5000) AS user,
                       concat('10.', hash(i, 3) % 100, '.', hash(i, 4) % 10, '.', hash(i, 5) % 100) AS src,
                       's' || (i // 2) AS session, [200, 200, 200, 404, 500][(1 + hash(i, 6) % 5)::INTEGER]::BIGINT AS status,
                       (hash(i, 7) % 100000)::BIGINT AS bytes,
                       concat('/app/', hash(i, 8) % 300, '/item?id=', hash(i, 10) % 1000000) AS url,
                       ['allowed', 'blocked', 'dropped', 'unknown'][(1 + hash(i, 11) % 4)::INTEGER] AS action,
                       ['GET', 'GET', 'POST'][(1 + hash(i, 12) % 3)::INTEGER] AS method,
                       ['Mozilla/5.0', 'curl/8.1', 'python-requests/2.31'][(1 + hash(i, 13) % 3)::INTEGER] AS agent
                FROM range({rows}) r(i))
            ) TO '{part}' (FORMAT parquet, COMPRESSION zstd)"""
        )
        part.rename(events)


def connect(engine: str, events: str, people: str):
    """A function from a statement to its rows, and the names of the two tables in it."""
    if engine == "duckdb":
        import duckdb

        duck = duckdb.connect()
        duck.execute(f"SET threads = {THREADS}; SET enable_progress_bar = false; SET preserve_insertion_order = false")
        duck.execute(f"CREATE VIEW t AS FROM '{events}'; CREATE VIEW people AS FROM read_csv('{people}')")
        return (lambda sql: duck.execute(sql).fetchall()), "t", "people"
    if engine == "datafusion":
        from datafusion import SessionConfig, SessionContext

        context = SessionContext(SessionConfig().with_target_partitions(THREADS))
        context.register_parquet("t", events)
        context.register_csv("people", people)

        def run(sql: str) -> list:
            batches = context.sql(sql).collect()
            return [tuple(row.values()) for batch in batches for row in batch.to_pylist()]

        return run, "t", "people"
    if engine == "clickhouse":
        import chdb

        def run(sql: str) -> list:
            text = str(chdb.query(f"{sql} SETTINGS max_threads = {THREADS}", "JSONCompactEachRow"))
            return [tuple(json.loads(line)) for line in text.splitlines()]

        return run, f"file('{events}', Parquet)", f"file('{people}', CSVWithNames)"
    import polars

    context = polars.SQLContext(t=polars.scan_parquet(events), people=polars.scan_csv(people))

    def run(sql: str) -> list:
        # Its SQL knows `user` as a function.
        quoted = re.sub(r"\buser\b", '"user"', sql)
        return context.execute(quoted).collect(engine="streaming").rows()

    return run, "t", "people"


def work(engine: str) -> None:
    """Answers one question of the parent."""
    task = json.load(sys.stdin)
    run, t, people = connect(engine, task["events"], task["people"])
    statement = task["sql"].replace("{t}", t).replace("{people}", people).replace("{u}", EPOCH[engine])
    times, rows = [], []
    for _ in range(task["runs"]):
        start = time.perf_counter()
        rows = run(statement)
        times.append(time.perf_counter() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    json.dump({"time": min(times), "memory": memory, "rows": rows}, sys.stdout, default=str)


def ask(engine: str, search: dict, folder: Path, events: Path, people: Path, runs: int) -> dict | None:
    sql = search.get(engine, search["sql"])
    if not sql:
        return None
    task = {"sql": sql, "events": str(events), "people": str(people), "runs": runs}
    environment = {**os.environ, "POLARS_MAX_THREADS": str(THREADS)}
    command = [sys.executable, __file__, "--worker", engine]
    done = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, env=environment, cwd=folder)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return {"error": next((line for line in lines if "Error" in line or "Exception" in line), lines[-1])}
    return json.loads(done.stdout)


def speleo(program: str, search: dict, folder: Path, events: Path, runs: int) -> dict:
    options = ["--index", f"t={events}", "--lookups", str(folder)]
    command = [program, "search", "--output", "jsonl", *options, search["spl"]]
    times, memory, rows = [], 0, []
    for _ in range(runs):
        start = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, err = child.stdout.read(), child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        times.append(time.perf_counter() - start)
        if status != 0:
            return {"error": err.strip().splitlines()[0]}
        memory = max(memory, usage.ru_maxrss)
        rows = [tuple(json.loads(line).values()) for line in out.splitlines()]
    inspected = subprocess.run([program, "inspect", "--output", "json", *options, search["spl"]], capture_output=True, text=True)
    read = json.loads(inspected.stdout)["totals"]["bytes"] if inspected.returncode == 0 else None
    return {"time": min(times), "memory": memory, "rows": rows, "read": read}


def plain(rows: list) -> list:
    """Rows that can be compared whatever the engine: numbers rounded, everything else as text, in any order."""

    def value(one):
        try:
            number = float(one)
            return f"{number:.6g}"
        except (TypeError, ValueError):
            return str(one)

    return sorted(tuple(value(one) for one in row) for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/bench"))
    parser.add_argument("--only", help="searches whose name holds this text")
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--worker", choices=[*ENGINES, "generate"], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker == "generate":
        return generate(args.folder, args.rows)
    if args.worker:
        return work(args.worker)
    if not args.program:
        parser.error("the program is missing")
    args.folder.mkdir(parents=True, exist_ok=True)
    engines = [name for name in args.engines.split(",") if importlib.util.find_spec(ENGINES[name])]
    searches = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())["search"]
    searches = [search for search in searches if not args.only or args.only in search["name"]]
    program = str(Path(args.program).resolve())
    folder = args.folder.resolve()
    # In a process of its own: the peak of a child begins with the size of its parent.
    task = ["--worker", "generate", "--rows", str(args.rows), "--folder", str(folder)]
    subprocess.run([sys.executable, __file__, *task], check=True)
    events, people = files(folder, args.rows)

    print(f"| {args.rows:,} rows | speleo, s | MB | read, MB |" + "".join(f" {name} | MB |" for name in engines))
    print("| --- | ---: | ---: | ---: |" + " ---: | ---: |" * len(engines))
    ratios = {name: [] for name in [*engines, "best"]}
    wrong = 0
    for search in searches:
        ours = speleo(program, search, folder, events, args.runs)
        if "error" in ours:
            print(f"| {search['name']} | {ours['error']} |", flush=True)
            wrong += 1
            continue
        read = "" if ours["read"] is None else f"{ours['read'] / 1e6:.0f}"
        cells, others = [], []
        for name in engines:
            theirs = ask(name, search, folder, events, people, args.runs)
            if theirs is None:
                cells.append(" | |")
            elif "error" in theirs:
                cells.append(f" fails: {theirs['error'][:40]} | |")
            else:
                ratio = ours["time"] / theirs["time"]
                ratios[name].append(ratio)
                if name != "datafusion":
                    others.append(ratio)
                is_same = search.get("about") or plain(theirs["rows"]) == plain(ours["rows"])
                wrong += not is_same
                mark = "" if is_same else " **other rows**"
                cells.append(f" {ratio:.2f}{mark} | {theirs['memory'] / 1e3:.0f} |")
        if others:
            ratios["best"].append(max(others))
        print(f"| {search['name']} | {ours['time']:.3f} | {ours['memory'] / 1e3:.0f} | {read} |" + "".join(cells), flush=True)
    print()
    for name, of in ratios.items():
        if of:
            mean = math.exp(sum(map(math.log, of)) / len(of))
            print(f"against {name}: geometric mean {mean:.2f} of {len(of)}, {sum(one <= 1 for one in of)} at most 1, {sum(one > 1.5 for one in of)} above 1.5")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
