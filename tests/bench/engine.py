"""One question to an engine, in a process of its own.

    echo '{"engine": "duckdb", "statement": "SELECT 1", "tables": {}, "runs": 3, "seconds": 60, "threads": 2, "memory": 4e9}' | python3 engine.py

The answer is a JSON object: the seconds of each run, its rows included, and the rows. A table whose file is a log has one column, `line`.
"""

import json
import os
import re
import sys
import time
from pathlib import Path

THREADS = 2
# What an engine's package is called.
PACKAGES = {"duckdb": "duckdb", "datafusion": "datafusion", "clickhouse": "chdb", "polars": "polars"}
# Seconds since the epoch, as an engine says it.
EPOCH = {
    "duckdb": "epoch_us(_time) // 1000000",
    "datafusion": "CAST(date_part('epoch', _time) AS BIGINT)",
    "clickhouse": "toUnixTimestamp(_time)",
    "polars": "CAST(_time AS BIGINT) / 1000000",
}


def is_sql(words: str) -> bool:
    """Whether a statement is SQL, not an expression of Polars."""
    return re.match(r"\s*(SELECT|WITH)\b", words) is not None


def duckdb(tables: dict, threads: int, memory: int):
    import duckdb

    duck = duckdb.connect()
    duck.execute(f"SET threads = {threads}; SET enable_progress_bar = false; SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    # As its own default, a part of what there is.
    duck.execute(f"SET memory_limit = '{memory * 8 // 10}B'")
    for name, path in tables.items():
        match Path(path).suffix:
            case ".log":
                columns = "columns = {'line': 'VARCHAR'}, delim = '\\t', quote = '', escape = '', header = false, auto_detect = false"
                duck.execute(f"CREATE VIEW {name} AS FROM read_csv('{path}', {columns})")
            case ".csv":
                duck.execute(f"CREATE VIEW {name} AS FROM read_csv('{path}', header = true)")
            case ".parquet":
                duck.execute(f"CREATE VIEW {name} AS FROM '{path}'")
    return lambda statement: duck.execute(statement).fetchall()


def datafusion(tables: dict, threads: int, _memory: int):
    import pyarrow
    from datafusion import SessionConfig, SessionContext

    context = SessionContext(SessionConfig().with_target_partitions(threads))
    for name, path in tables.items():
        match Path(path).suffix:
            case ".log":
                schema = pyarrow.schema([("line", pyarrow.string())])
                context.register_csv(name, path, schema=schema, has_header=False, delimiter="\t", file_extension=".log")
            case ".csv":
                context.register_csv(name, path)
            case ".ndjson":
                context.register_json(name, path, file_extension=".ndjson")
            case ".parquet":
                context.register_parquet(name, path)
    return lambda statement: [tuple(row.values()) for batch in context.sql(statement).collect() for row in batch.to_pylist()]


def clickhouse(tables: dict, threads: int, _memory: int):
    import chdb

    connection = chdb.connect(":memory:")
    for name, path in tables.items():
        match Path(path).suffix:
            case ".log":
                source = f"file('{path}', LineAsString, 'line String')"
            case ".csv":
                source = f"file('{path}', CSVWithNames)"
            case ".ndjson":
                source = f"file('{path}', JSONEachRow)"
            case _:
                source = f"file('{path}', Parquet)"
        connection.query(f"CREATE VIEW {name} AS SELECT * FROM {source}")

    def run(statement: str) -> list:
        text = str(connection.query(f"{statement} SETTINGS max_threads = {threads}", "JSONCompactEachRow"))
        return [tuple(json.loads(line)) for line in text.splitlines()]

    return run


def polars(tables: dict, threads: int, _memory: int):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars

    frames = {}
    for name, path in tables.items():
        match Path(path).suffix:
            case ".log":
                frames[name] = polars.scan_csv(path, separator="\t", quote_char=None, has_header=False, new_columns=["line"])
            case ".csv":
                frames[name] = polars.scan_csv(path)
            case ".ndjson":
                frames[name] = polars.scan_ndjson(path)
            case _:
                frames[name] = polars.scan_parquet(path)
    context = polars.SQLContext(**frames)
    known = {"pl": polars, "epoch": polars.col("_time").dt.epoch("s"), **frames}

    def run(statement: str) -> list:
        if is_sql(statement):
            # Its SQL knows `user` as a function.
            answer = context.execute(re.sub(r"\buser\b", '"user"', statement))
        else:
            # What its users write more often than SQL.
            answer = eval(statement.strip(), known)
        return answer.collect(engine="streaming").rows()

    return run


CONNECT = {"duckdb": duckdb, "datafusion": datafusion, "clickhouse": clickhouse, "polars": polars}


def main() -> None:
    task = json.load(sys.stdin)
    run = CONNECT[task["engine"]](task["tables"], task["threads"], task["memory"])
    begin = time.perf_counter()
    times, rows = [], []
    for _ in range(task["runs"]):
        start = time.perf_counter()
        rows = run(task["statement"])
        end = time.perf_counter()
        times.append(end - start)
        # One more would be killed, and its answer with it.
        if end - begin + 2 * (end - start) > task["seconds"]:
            break
    json.dump({"times": times, "rows": rows}, sys.stdout, default=str)


if __name__ == "__main__":
    main()
