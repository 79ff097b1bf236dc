#!/usr/bin/env python3
"""The generator: sets of events and tables for lookups, made by DuckDB from the statements in `data/`.

    python3 tests/bench/data.py /tmp/bench --rows 10000000 web mail

Everything comes from one seed: the same rows and seed give the same events. A set that is in the folder stays as it is. `--rows` is the number
of web, mail and traffic events; sets with longer events have a part of it.
"""

import argparse
from pathlib import Path

# 2026-01-30 12:00:00 UTC: the events end here, and searches run now.
NOW = 1_769_774_400
HOME = Path(__file__).parent / "data"
# How a set is stored, and the part of `--rows` that it has.
SETS = {
    "web": ("parquet", 1.0),
    "mail": ("parquet", 1.0),
    "traffic": ("parquet", 1.0),
    "windows": ("ndjson", 0.2),
    "access": ("log", 0.6),
    "session": ("parquet", 0.2),
    "document": ("parquet", 0.2),
}
# Tables of lookups. That of countries is the program's: no other engine knows where addresses are.
TABLES = [
    "people", "sessions", "few", "patterns", "networks", "addresses", "countries", "afi_esa_domain_sender", "wsa_blocked_domain",
    "ess_whitelist_Phishing", "ess_whitelist_email_spoofers",
]  # fmt: skip


def place(folder: Path, name: str, rows: int) -> Path:
    """The file of a set or of a table."""
    if name in SETS:
        return folder / f"{name}-{rows}.{SETS[name][0]}"
    return folder / f"{name}.csv"


def generate(folder: Path, rows: int, names: list[str], seed: int = 0) -> None:
    """Writes what is missing of some sets, and the tables."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    duck = duckdb.connect()
    # A set that is sorted does not fit into any memory.
    duck.execute(f"SET threads = 2; SET memory_limit = '4GB'; SET temp_directory = '{folder}/spilled'; SET enable_progress_bar = false")

    def run(name: str, **values: object) -> None:
        statement = (HOME / f"{name}.sql").read_text()
        for key, value in {"seed": seed, "now": NOW, "folder": folder, **values}.items():
            statement = statement.replace("{" + key + "}", str(value))
        duck.execute(statement)

    run("macros")
    if not all(place(folder, name, rows).exists() for name in TABLES if name != "countries"):
        run("lookups")
    for name in names:
        events = place(folder, name, rows)
        if not events.exists():
            part = events.with_suffix(".part")
            run(name, rows=max(1, int(rows * SETS[name][1])), path=part)
            part.rename(events)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sets", nargs="*", default=[], help=f"of {', '.join(SETS)}; all where none is named")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=0, help="another one wants another folder")
    args = parser.parse_intermixed_args()
    generate(args.folder.resolve(), args.rows, args.sets or list(SETS), args.seed)


if __name__ == "__main__":
    main()
