"""Splunk's search language without Splunk, from Python.

>>> import speleo
>>> table = speleo.search("index=web | stats count BY host", index={"web": "logs/*.ndjson.gz"})  # doctest: +SKIP
>>> table.schema.names  # doctest: +SKIP
['host', 'count']

The answer is a :class:`pyarrow.Table` over the very bytes that the program wrote: nothing is copied or converted on the way.
``to="polars"`` and ``to="pandas"`` give a DataFrame of it.
"""

from ._diagnostic import Diagnostic, SearchError, SearchWarning
from ._program import find_program
from ._search import search

__all__ = ["Diagnostic", "SearchError", "SearchWarning", "find_program", "search"]
