"""The table of the suite in Markdown, row by row, and what it comes to."""

import math

# DataFusion is what the program stands on; the others are what people would pick instead.
RIVALS = ["duckdb", "clickhouse", "polars"]


def ratio(line: dict, name: str) -> float | None:
    """How often an engine's time fits into ours: below 1 is in our favour."""
    ours, theirs = line["speleo"].get("time"), line.get(name, {}).get("time")
    return ours / theirs if ours and theirs else None


def best(line: dict) -> float | None:
    """The ratio to the fastest rival that gave the right answer."""
    right = [name for name in RIVALS if not line.get(name, {}).get("differs")]
    return max((one for one in (ratio(line, name) for name in right) if one), default=None)


def megabytes(count: int | None) -> str:
    return "" if count is None else f"{count / 1e6:.0f}"


def number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def head(result: dict) -> None:
    engines = result["engines"]
    print(f"{result['rows']:,} rows, the least of {result['runs']} runs; start-up {result['start'] * 1e3:.0f} ms\n")
    print("| search | s | process, s | MB | read, MB | to best |" + "".join(f" {name} | MB |" for name in engines))
    print("| --- | ---: | ---: | ---: | ---: | ---: |" + " ---: | ---: |" * len(engines), flush=True)


def row(line: dict, engines: list[str]) -> None:
    ours = line["speleo"]
    cells = [line["name"]]
    if "error" in ours:
        cells += [f"fails: {ours['error']}", "", "", "", ""]
    else:
        cells += [f"{ours['time']:.3f}", f"{ours['whole']:.3f}", megabytes(ours["memory"]), megabytes(ours["read"]), number(best(line))]
    for name in engines:
        theirs = line.get(name)
        if theirs is None:
            cells += ["", ""]
        elif "error" in theirs:
            cells += [f"fails: {theirs['error'][:60]}", ""]
        else:
            # Where we failed there is no ratio, and its time says what was to be done.
            told = number(ratio(line, name)) or f"{theirs['time']:.3f} s"
            cells += [told + (" **other rows**" if theirs.get("differs") else ""), megabytes(theirs["memory"])]
    print("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |", flush=True)


def wrong(result: dict) -> list[str]:
    """Searches that failed, and answers that differ."""
    told = []
    for line in result["searches"]:
        name = line["name"]
        if "error" in line["speleo"]:
            told.append(f"{name}: {line['speleo']['error']}")
        told += [f"{name}: {line[one]['differs']} of {one}" for one in result["engines"] if line.get(one, {}).get("differs")]
    return told


def silent(result: dict) -> list[str]:
    """Engines that gave no answer."""
    lines = [(line, name) for line in result["searches"] for name in result["engines"] if "error" in line.get(name, {})]
    return [f"{line['name']}: {name}: {line[name]['error'][:200]}" for line, name in lines]


def mean(ratios: list[float]) -> float:
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def foot(result: dict) -> None:
    lines = result["searches"]
    print()
    for name, most in [("datafusion", 1.3), ("duckdb", 1.5), ("clickhouse", 1.5), ("polars", 1.5), ("ripgrep", 2.0), ("best", 1.5)]:
        of = [(best(line) if name == "best" else ratio(line, name), line["name"]) for line in lines]
        of = [(one, search) for one, search in of if one]
        if of:
            slow = sorted(((one, search) for one, search in of if one > most), reverse=True)
            what = "the best of DuckDB, ClickHouse and Polars" if name == "best" else name
            print(f"against {what}: geometric mean {mean([one for one, _ in of]):.2f} of {len(of)}, {len(slow)} above {most}")
            if name in ("best", "datafusion"):
                for one, search in slow:
                    print(f"    {one:.2f}  {search}")
    both = [(line["speleo"]["memory"], line["duckdb"]["memory"]) for line in lines if "memory" in line["speleo"] and "memory" in line.get("duckdb", {})]
    if both:
        print(f"peak memory at most DuckDB's: {sum(ours <= theirs for ours, theirs in both)} of {len(both)}")
    for what, told in [("Failed, or with other rows", wrong(result)), ("Others without an answer", silent(result))]:
        if told:
            print(f"\n{what}:")
        for one in told:
            print(f"    {one}")
