"""What ``speleo.search`` promises: types, no copy, errors as exceptions, and an end when it is told to.

The program is the installed one, or what SPELEO_BIN names.
"""

import inspect
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings
from datetime import datetime, timezone
from pathlib import Path

try:
    import pyarrow
except ImportError:
    pyarrow = None

try:
    import speleo
    from speleo import _search

    PROGRAM = speleo.find_program()
except ImportError as error:
    raise unittest.SkipTest(f"the package is not installed: {error}")
except FileNotFoundError as error:
    raise unittest.SkipTest(str(error))

EVENTS = [
    {"_time": 1700000000.5, "host": "a", "status": 200, "tags": ["x", "y"], "size": 1.5},
    {"_time": 1700000060, "host": "b", "status": 404, "tags": ["x"], "size": 2.5},
    {"_time": 1700000120, "host": "a", "status": 500, "size": 3.5},
]


@unittest.skipIf(pyarrow is None, "pyarrow is not installed")
class Search(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.web = self.folder / "web.ndjson"
        self.web.write_text("".join(json.dumps(event) + "\n" for event in EVENTS))

    def search(self, spl, **options):
        """A search that says nothing besides its answer."""
        options.setdefault("index", {"web": self.web})
        options.setdefault("cwd", self.folder)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return speleo.search(spl, **options)

    def test_columns_have_the_types_of_their_values(self):
        table = self.search("index=web | sort _time | table _time host status tags size")
        self.assertEqual(table.schema.field("_time").type, pyarrow.timestamp("us", tz="UTC"))
        self.assertEqual(table.schema.field("status").type, pyarrow.int64())
        self.assertEqual(table.schema.field("size").type, pyarrow.float64())
        rows = table.to_pylist()
        self.assertEqual(rows[0]["_time"], datetime(2023, 11, 14, 22, 13, 20, 500000, tzinfo=timezone.utc))
        self.assertEqual([row["host"] for row in rows], ["a", "b", "a"])
        self.assertEqual([row["tags"] for row in rows], [["x", "y"], ["x"], None])

    def test_an_answer_without_rows_has_its_columns(self):
        table = self.search("index=web host=nobody | table host status")
        self.assertEqual((table.num_rows, table.schema.names), (0, ["host", "status"]))

    def test_nothing_is_copied(self):
        count = 1_000_000
        before = pyarrow.total_allocated_bytes()
        table = self.search(f"| makeresults count={count} | streamstats count AS n | eval text=\"t\".n | table n text")
        grown = pyarrow.total_allocated_bytes() - before
        self.assertEqual(table.num_rows, count)
        # Eight bytes for each number, and some for each text.
        self.assertGreater(table.nbytes, 12 * count)
        self.assertLess(grown, 1 << 16)

    @unittest.skipUnless(os.path.exists("/proc/self/maps"), "the system does not list what is mapped")
    def test_columns_lie_in_the_file_that_the_program_wrote(self):
        table = self.search("| makeresults count=1000 | streamstats count AS n | table n")
        mapped = []
        for line in Path("/proc/self/maps").read_text().splitlines():
            if "answer.arrow" in line:
                start, end = line.split()[0].split("-")
                mapped.append(range(int(start, 16), int(end, 16)))
        buffers = [buffer for chunk in table["n"].chunks for buffer in chunk.buffers() if buffer is not None]
        self.assertTrue(buffers)
        for buffer in buffers:
            self.assertTrue(any(buffer.address in part for part in mapped), (buffer.address, mapped))
        self.assertEqual(table["n"].to_pylist(), list(range(1, 1001)))

    def test_nothing_is_left_behind(self):
        folder = Path(_search._folder() or tempfile.gettempdir())
        before = {path for path in folder.glob("speleo-*")}
        table = self.search("index=web")
        with self.assertRaises(speleo.SearchError):
            self.search("index=web | nonsense")
        self.assertEqual({path for path in folder.glob("speleo-*")}, before)
        # The table outlives its file.
        self.assertEqual(table.num_rows, len(EVENTS))

    def test_tables_in_memory_are_indexes(self):
        table = pyarrow.table({"user": ["ann", "bob"], "n": [1, 2]})
        answer = self.search("index=mine OR index=web | stats count, sum(n) AS n BY index", index={"mine": table, "web": self.web})
        self.assertEqual(answer.to_pylist(), [{"index": "mine", "count": 2, "n": 3}, {"index": "web", "count": 3, "n": None}])

    def test_several_paths_are_one_index(self):
        other = self.folder / "other.ndjson"
        other.write_text(self.web.read_text())
        answer = self.search("index=web | stats count", index={"web": [self.web, str(other)]})
        self.assertEqual(answer["count"].to_pylist(), [6])

    def test_times_are_dates_numbers_or_texts(self):
        latest = datetime(2023, 11, 14, 22, 15, tzinfo=timezone.utc)
        for bounds in ({"latest": latest}, {"latest": 1700000100}, {"now": 1700000100, "last": "1h"}, {"earliest": "-1h", "latest": "-20s", "now": 1700000120}):
            with self.subTest(bounds):
                self.assertEqual(self.search("index=web | stats count", **bounds)["count"].to_pylist(), [2])

    def test_values_fill_a_search(self):
        answer = self.search("index=web host=$host$ | stats count", set={"host": "a"})
        self.assertEqual(answer["count"].to_pylist(), [2])
        with self.assertRaises(speleo.SearchError) as caught:
            self.search("index=web", set={"nobody": 1})
        self.assertEqual(caught.exception.exit_status, 2)

    def test_a_text_that_begins_with_a_minus_is_a_search(self):
        with self.assertRaises(speleo.SearchError) as caught:
            self.search("--version | statz")
        self.assertEqual(caught.exception.diagnostics[0].code, "E0201")

    def test_errors_have_code_place_and_help(self):
        with self.assertRaises(speleo.SearchError) as caught:
            self.search("index=web | statz count")
        (diagnostic,) = caught.exception.diagnostics
        self.assertEqual((diagnostic.code, diagnostic.severity, diagnostic.span), ("E0201", "error", (12, 17)))
        self.assertIn("stats", diagnostic.help[0])
        self.assertIn("statz", str(caught.exception))

    def test_warnings_are_warnings_of_whoever_calls(self):
        spl = "index=web host=a or host=b | stats count"
        with self.assertWarns(speleo.SearchWarning) as caught:
            speleo.search(spl, index={"web": self.web}, cwd=self.folder)
        self.assertEqual(caught.warning.diagnostic.severity, "warning")
        self.assertEqual(Path(caught.filename).name, Path(__file__).name)

    def test_wrong_forms_are_told_before_the_search_runs(self):
        with self.assertRaises(ValueError):
            self.search("index=web", to="excel")
        with self.assertRaises(TypeError):
            self.search("index=web", index={"web": 3})

    def test_frames(self):
        for name in ("polars", "pandas"):
            try:
                __import__(name)
            except ImportError:
                continue
            with self.subTest(name):
                frame = self.search("index=web | sort _time | table host status", to=name)
                self.assertEqual(list(frame["status"]), [200, 404, 500])

    @unittest.skipIf(os.name == "nt", "signals are another matter there")
    def test_an_interrupt_ends_the_program(self):
        spl = "| makeresults count=50000000 | streamstats count AS n | eval s=sha256(sha256(n)) | stats dc(s)"
        script = f"import speleo\ntry:\n    speleo.search({spl!r})\nexcept KeyboardInterrupt:\n    print('interrupted')"
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True)
        self.addCleanup(process.stdout.close)
        child = None
        deadline = time.monotonic() + 60
        while child is None and time.monotonic() < deadline:
            time.sleep(0.1)
            child = next(iter(children(process.pid)), None)
        self.assertIsNotNone(child)
        time.sleep(0.5)
        # To Python alone, as a notebook does it.
        os.kill(process.pid, 2)
        killer = threading.Timer(60, process.kill)
        killer.start()
        out = process.stdout.read()
        process.wait()
        killer.cancel()
        self.assertEqual(out, b"interrupted\n")
        self.assertFalse(os.path.exists(f"/proc/{child}/status"))


class Package(unittest.TestCase):
    def test_the_module_is_the_program(self):
        module = subprocess.run([sys.executable, "-m", "speleo", "--version"], capture_output=True, check=True)
        program = subprocess.run([PROGRAM, "--version"], capture_output=True, check=True)
        self.assertEqual(module.stdout, program.stdout)

    def test_the_types_name_every_option(self):
        options = set(inspect.signature(speleo.search).parameters) - {"spl", "to"}
        self.assertEqual(options, set(_search.Options.__annotations__))

    def test_a_program_that_is_not_there_is_named(self):
        environment = dict(os.environ, SPELEO_BIN="/nowhere/speleo")
        script = "import speleo; speleo.find_program()"
        run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
        self.assertIn("SPELEO_BIN=/nowhere/speleo: no such file", run.stderr)


def children(parent):
    """The processes below another one, where the system lists them."""
    try:
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    except OSError:
        return []


if __name__ == "__main__":
    unittest.main()
