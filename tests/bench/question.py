"""Questions: a search, and the same in the words of the engines.

They stand in `searches/*.toml`. `{web}` is a table there, `{web.file}` its file, `{u}` is _time in seconds. `sql` is DuckDB's; an engine has a key of
its own where it needs other words, "" where it has none. Polars may have an expression instead of SQL: `web` is a frame there, `pl` the package.
`about` says that an engine may round, guess, or choose among equal rows; such rows are not compared. `options` are the program's.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import data
import engine

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
# The index of a set, where it is not called as the set is.
INDEXES = {"mail": "summary_esa", "traffic": "network_traffic"}


@dataclass
class Question:
    """A search and its statements."""

    subject: str
    name: str
    sql: str
    spl: str = ""
    # A saved query file, in place of `spl`.
    file: str = ""
    duckdb: str | None = None
    datafusion: str | None = None
    clickhouse: str | None = None
    polars: str | None = None
    ripgrep: str | None = None
    about: bool = False
    options: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{self.subject}: {self.name}"

    @property
    def text(self) -> str:
        return (ROOT / self.file).read_text() if self.file else self.spl

    @property
    def sets(self) -> list[str]:
        """The sets of events that the search reads."""
        named = {name: INDEXES.get(name, name) for name in data.SETS}
        return [name for name, index in named.items() if re.search(rf"\{{{name}(\.file)?\}}", self.sql) or re.search(rf"\bindex={index}\b", self.text)]

    def statement(self, name: str, tables: dict[str, Path]) -> str | None:
        """The question to an engine; none where it cannot be asked."""
        words = getattr(self, name)
        if words is None:
            words = self.sql if name in engine.EPOCH else ""

        def place(found: re.Match) -> str:
            table, is_file = found.groups()
            if table == "u":
                return engine.EPOCH[name]
            return str(tables[table]) if is_file else table

        known = "|".join([*tables, "u"])
        return re.sub(rf"\{{({known})(\.file)?\}}", place, words) or None

    def tables(self, name: str, tables: dict[str, Path]) -> dict[str, str]:
        """The tables that an engine is asked about."""
        words = getattr(self, name)
        if words is None or engine.is_sql(words):
            named = re.findall(r"\{(\w+)\}", words or self.sql)
        else:
            # An expression names frames as they are.
            named = re.findall(r"\{(\w+)(?:\.file)?\}", self.sql)
        return {table: str(path) for table, path in tables.items() if table in named}


def load(only: list[str]) -> list[Question]:
    """All questions, or those whose subject or name holds one of some texts."""
    questions = []
    for path in sorted((HERE / "searches").glob("*.toml")):
        for one in tomllib.loads(path.read_text())["search"]:
            questions.append(Question(subject=path.stem, **one))
    return [one for one in questions if not only or any(part in one.title for part in only)]
