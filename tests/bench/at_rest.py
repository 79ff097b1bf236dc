#!/usr/bin/env python3
"""Data at rest: what ingest, scans, compaction and summaries cost, next to DuckDB on the same machine.

    python3 tests/bench/at_rest.py target/release/speleo --events 5000000 --folder /tmp/bench

Needs the package `duckdb`. The folder keeps the events between runs. Times are the least of `--runs`; speleo's are those of the whole
process, DuckDB's those of the statement alone, both with two threads. A ratio below 1 is in speleo's favour.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb

START = 1_767_225_600
DAYS = 30
AGENTS = ["Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "python-requests/2.31", "curl/8.1"]


def generate(path: Path, events: int) -> None:
    """Web events over a month, in the order of their times."""
    dice = random.Random(2)
    with path.open("w") as out:
        for n in range(events):
            micros = n * DAYS * 86_400_000_000 // events
            seconds, rest = divmod(micros, 1_000_000)
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(START + seconds))
            event = {
                "_time": f"{stamp}.{rest:06d}Z",
                "host": f"web{n % 20}",
                "user": f"user{dice.randrange(5000)}",
                "src": f"10.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}",
                "status": dice.choice([200, 200, 200, 404, 500]),
                "bytes": dice.randrange(100_000),
                "url": f"/app/{dice.randrange(300)}/item?id={dice.randrange(10**6)}",
                "agent": dice.choice(AGENTS),
                "outcome": "rareerror" if dice.randrange(100_000) == 0 else "ok",
                "session": f"{dice.getrandbits(64):016x}",
            }
            out.write(json.dumps(event, separators=(",", ":")) + "\n")


class Bench:
    def __init__(self, program: str, folder: Path, runs: int) -> None:
        self.program, self.folder, self.runs = program, folder, runs
        self.duck = duckdb.connect()
        self.duck.execute("SET threads = 2; SET enable_progress_bar = false; SET preserve_insertion_order = false")

    def speleo(self, *arguments: str) -> tuple[float, str]:
        start = time.perf_counter()
        run = subprocess.run([self.program, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        took = time.perf_counter() - start
        if run.returncode != 0:
            sys.exit(f"speleo {' '.join(arguments)}: {run.stderr}")
        return took, run.stdout

    def search(self, spl: str) -> tuple[float, list]:
        runs = [self.speleo("search", "--output", "jsonl", spl) for _ in range(self.runs)]
        return min(took for took, _ in runs), [json.loads(line) for line in runs[0][1].splitlines()]

    def sql(self, statement: str, runs: int | None = None) -> tuple[float, list]:
        times, rows = [], []
        for _ in range(runs or self.runs):
            start = time.perf_counter()
            rows = self.duck.execute(statement).fetchall()
            times.append(time.perf_counter() - start)
        return min(times), rows

    def row(self, name: str, ours: float, theirs: float, note: str = "") -> None:
        print(f"{name:<24}{ours:>10.3f}{theirs:>10.3f}{ours / theirs:>8.2f}  {note}", flush=True)


def ingest(bench: Bench, events: Path) -> None:
    """Into sorted, compressed, indexed files, as DuckDB sorts into one file."""
    parquet = bench.folder / "sorted.parquet"
    times = []
    for _ in range(bench.runs):
        shutil.rmtree(bench.folder / "indexes" / "web", ignore_errors=True)
        bench.speleo("index", "create", "web")
        times.append(bench.speleo("ingest", "--no-compact", "web", str(events))[0])
    read = f"read_json('{events}', format='newline_delimited')"
    plain, _ = bench.sql(f"COPY (SELECT * FROM {read}) TO '{bench.folder}/plain.parquet' (FORMAT parquet, COMPRESSION zstd)")
    in_order, _ = bench.sql(f"COPY (SELECT * FROM {read} ORDER BY _time DESC) TO '{parquet}' (FORMAT parquet, COMPRESSION lz4_raw)")
    speed = events.stat().st_size / 1e6 / min(times)
    bench.row("ingest", min(times), plain, f"{speed:.0f} MB/s; DuckDB in the order of the file")
    bench.row("ingest, sorted", min(times), in_order, "DuckDB sorts as well")


def scans(bench: Bench) -> None:
    table = f"'{bench.folder}/sorted.parquet'"
    session = bench.duck.execute(f"SELECT session FROM {table} WHERE outcome = 'rareerror' ORDER BY session LIMIT 1").fetchone()[0]
    anywhere = " OR ".join(f"lower({name}) LIKE '%{session}%'" for name in ["session", "url", "agent", "src", '"user"', "outcome", "host"])
    hour = START + 10 * 86_400
    cases = [
        ("needle in a field", f"index=web session={session} | table user url", f"SELECT \"user\", url FROM {table} WHERE lower(session) = '{session}'"),
        ("needle anywhere", f"index=web {session} | stats count", f"SELECT count(*) FROM {table} WHERE {anywhere}"),
        ("nothing", "index=web qqqabsentqqq | stats count", f"SELECT count(*) FROM {table} WHERE lower(session) = 'qqqabsentqqq'"),
        ("rare value", "index=web outcome=rareerror | stats count BY host", f"SELECT host, count(*) FROM {table} WHERE lower(outcome) = 'rareerror' GROUP BY host"),
        ("an hour of a month", f"index=web earliest={hour} latest={hour + 3600} | stats count sum(bytes) BY status", f"SELECT status, count(*), sum(bytes) FROM {table} WHERE _time >= to_timestamp({hour}) AND _time < to_timestamp({hour + 3600}) GROUP BY status"),
        ("all, in groups", "index=web | stats count sum(bytes) BY user", f'SELECT "user", count(*), sum(bytes) FROM {table} GROUP BY 1'),
        ("all, by day", "index=web | timechart span=1d count BY status", f"SELECT date_trunc('day', _time), count(*) FROM {table} GROUP BY 1"),
        ("common word", "index=web python | stats count", f"SELECT count(*) FROM {table} WHERE lower(agent) LIKE '%python%'"),
    ]
    for name, spl, sql in cases:
        ours, rows = bench.search(spl)
        theirs, expected = bench.sql(sql)
        note = "" if len(rows) == len(expected) else f"{len(rows)} rows, DuckDB {len(expected)}"
        bench.row(name, ours, theirs, note)


def compaction(bench: Bench) -> None:
    """A month that came in a hundred parts becomes a file for each day, as DuckDB makes one file anew."""
    index = bench.folder / "indexes" / "parts"
    shutil.rmtree(index, ignore_errors=True)
    parts = bench.folder / "parts"
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir()
    subprocess.run(["split", "-n", "l/100", "-a", "3", "--additional-suffix=.ndjson", "events.ndjson", "parts/"], cwd=bench.folder, check=True)
    bench.speleo("index", "create", "parts")
    for part in sorted(parts.iterdir()):
        bench.speleo("ingest", "--no-compact", "parts", str(part))
    before = len(list(index.rglob("*.parquet")))
    ours, _ = bench.speleo("index", "compact", "parts")
    # Those that were put together stay for searches that began before.
    files = json.loads(bench.speleo("search", "--output", "jsonl", "| dbinspect index=parts | stats count")[1])["count"]
    theirs, _ = bench.sql(
        f"COPY (SELECT * FROM '{bench.folder}/sorted.parquet' ORDER BY _time DESC) TO '{bench.folder}/again.parquet' (FORMAT parquet, COMPRESSION zstd)", 1
    )
    bench.row("compaction", ours, theirs, f"{before} files became {files}")
    shutil.rmtree(index)
    shutil.rmtree(parts)


MODEL = {
    "modelName": "Web",
    "objects": [
        {
            "objectName": "Web",
            "parentName": "BaseEvent",
            "constraints": [{"search": "index=raw"}],
            "fields": [{"fieldName": name, "type": "string"} for name in ["user", "status", "src", "url"]] + [{"fieldName": "bytes", "type": "number"}],
        }
    ],
}


def acceleration(bench: Bench) -> None:
    """`tstats` over JSON logs, without and with a summary."""
    cases = [
        ("tstats count", "| tstats count FROM datamodel=Web"),
        ("tstats by status", "| tstats count sum(Web.bytes) FROM datamodel=Web BY Web.status"),
        ("tstats by user", "| tstats count sum(Web.bytes) FROM datamodel=Web BY Web.user"),
        ("tstats by day", "| tstats count FROM datamodel=Web BY _time span=1d"),
        ("tstats of a user", "| tstats count FROM datamodel=Web WHERE Web.user=user77 BY Web.status"),
    ]
    bench.speleo("accelerate", "--drop", "Web")
    raw = [bench.search(spl) for _, spl in cases]
    took, _ = bench.speleo("accelerate", "Web")
    print(f"{'the summary':<24}{took:>10.3f}\n{'':<24}{'summary s':>10}{'raw s':>10}{'ratio':>8}")
    for (name, spl), (slow, expected) in zip(cases, raw):
        fast, rows = bench.search(spl)
        key = json.dumps
        same = sorted(map(key, rows)) == sorted(map(key, expected))
        bench.row(name, fast, slow, f"{slow / fast:.0f} times as fast" if same else "other rows")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", help="the release build")
    arguments.add_argument("--events", type=int, default=5_000_000)
    arguments.add_argument("--folder", type=Path, default=Path("bench-at-rest"))
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("parts", nargs="*", default=["ingest", "scans", "compaction", "acceleration"])
    given = arguments.parse_args()
    folder = given.folder.resolve()
    (folder / "models").mkdir(parents=True, exist_ok=True)
    events = folder / "events.ndjson"
    (folder / "speleo.toml").write_text('timezone = "UTC"\ndatamodels = ["models"]\n[indexes]\nraw = "events.ndjson"\n')
    (folder / "models" / "Web.json").write_text(json.dumps(MODEL))
    if not events.exists():
        generate(events, given.events)
    bench = Bench(os.path.abspath(given.program), folder, given.runs)
    print(f"{events.stat().st_size / 1e6:.0f} MB of NDJSON\n{'':<24}{'speleo s':>10}{'DuckDB s':>10}{'ratio':>8}")
    for part in given.parts:
        {"ingest": lambda: ingest(bench, events), "scans": lambda: scans(bench), "compaction": lambda: compaction(bench), "acceleration": lambda: acceleration(bench)}[part]()


if __name__ == "__main__":
    main()
