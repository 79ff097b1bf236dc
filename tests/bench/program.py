"""The program under test: a search in a process that runs it several times, and in a process of its own."""

import json
import math
import re
import tempfile
from pathlib import Path

import data
import limit
from question import INDEXES, ROOT, Question

CONF = Path(__file__).parent / "conf"


class Program:
    """A binary, and what its searches see."""

    def __init__(self, path: str, folder: Path, tables: dict[str, Path], most: limit.Limit) -> None:
        self.path, self.folder, self.tables, self.most = path, folder, tables, most

    def options(self, question: Question) -> list[str]:
        indexes = [f"--index={INDEXES.get(name, name)}={self.tables[name]}" for name in question.sets]
        definitions = [f"--conf={CONF}", f"--macros={ROOT}/queries/macros.conf", f"--datamodels={ROOT}/queries/datamodels"]
        return [*indexes, f"--lookups={self.folder}", *definitions, f"--now={data.NOW}", "--timezone=UTC", *question.options]

    def ask(self, question: Question, runs: int) -> dict:
        """The rows, the least time of a run in a warm process and that of a whole process with its share of the cores, the peak of the former, and the
        bytes read."""
        options = self.options(question)
        given = ["-f", str(ROOT / question.file)] if question.file else [question.spl]
        least, processor, rows = math.inf, math.inf, []
        for _ in range(runs):
            ended = limit.run([self.path, "search", "--output=jsonl", *options, *given], self.most, folder=self.folder)
            if ended.error:
                return {"error": ended.error}
            least, processor = min(least, ended.seconds), min(processor, ended.processor)
            rows = [tuple(json.loads(line).values()) for line in ended.out.splitlines()]
            if ended.seconds * runs > self.most.seconds / 2:
                break
        often = max(1, min(runs, int(self.most.seconds / 2 / least)))
        warm = self.warm(question, options, often)
        return {"whole": least, "processor": processor, "rows": rows, "read": self.read(options, given), **warm}

    def warm(self, question: Question, options: list[str], runs: int) -> dict:
        """The same query file several times within one process. It says when each begins, and writes the rows of each."""
        text = re.sub(r"^```.*?```\n", "", question.text, flags=re.DOTALL)
        with tempfile.TemporaryDirectory() as folder:
            for run in range(runs):
                Path(folder, f"{run:03}.spl").write_text(f"```\ntitle: run {run}\n```\n{text}\n")
            ended = limit.run([self.path, "run", "--output=jsonl", *options, folder], self.most, folder=self.folder)
        begins = [at for at, line in ended.lines if re.fullmatch(r"run \d+", line)]
        ends = [at for at, line in ended.lines if re.match(r"\d+ files: ", line)] or [ended.seconds]
        # One that was stopped counts as far as it came.
        instants = begins if ended.error else [*begins, *ends[-1:]]
        if len(instants) < 2 or (ended.error and not ended.is_stopped):
            return {"error": ended.error}
        times = [end - begin for begin, end in zip(instants, instants[1:])]
        return {"time": min(times), "times": times, "memory": ended.memory}

    def read(self, options: list[str], given: list[str]) -> int | None:
        """The bytes that the search and its steps read."""
        ended = limit.run([self.path, "inspect", "--output=json", *options, *given], self.most, folder=self.folder)
        if ended.error:
            return None
        told = json.loads(ended.out)
        return sum(one["totals"]["bytes"] for one in [told, *told["steps"]] if one.get("totals"))

    def start(self, runs: int) -> float:
        """The least time of a process that has next to nothing to do."""
        least = Question("", "", "", spl="| makeresults")
        command = [self.path, "search", "--output=jsonl", *self.options(least), least.spl]
        return min(limit.run(command, self.most, folder=self.folder).seconds for _ in range(runs))

    def addresses(self) -> str:
        """The addresses of the mail with their countries, which no other engine knows."""
        least = Question("", "", "", spl="| inputlookup addresses.csv | iplocation ip | where isnotnull(Country) | table ip Country")
        return limit.run([self.path, "search", "--output=csv", *self.options(least), least.spl], self.most, folder=self.folder).out
