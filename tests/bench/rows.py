"""Whether two engines gave the same rows, in whatever order and types.

>>> difference([("a", "12"), ("b", 3.0)], [("b", 3), ("a", 12, None)])
>>> difference([("a", ["y", "x"])], [("a", ("x", "y"))])
>>> difference([("a", 1769774400.123)], [("a", 1769774400.124)])
>>> difference([("a", 1), ("b", 2)], [("a", 1), ("b", 3)])
"('b', 2.0), not ('b', 3.0)"
>>> difference([("a",)], [])
'1 rows, not 0'
"""

import math


def plain(value: object) -> object:
    """Numbers as numbers, lists as sorted tuples, a list of one as that one, everything else as text."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        values = sorted((plain(one) for one in value if one is not None), key=order)
        return values[0] if len(values) == 1 else tuple(values)
    if isinstance(value, bool):
        return str(value).lower()
    try:
        number = float(value)
        return str(value) if math.isnan(number) else number
    except (TypeError, ValueError):
        return str(value)


def order(value: object) -> tuple:
    if isinstance(value, tuple):
        return (2, 0.0, repr(value))
    return (0, value, "") if isinstance(value, float) else (1, 0.0, value)


def is_same(one: object, other: object) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other


def brought(rows: list) -> list:
    """Rows in one order, without what is missing: a search leaves it out, SQL has NULL or an empty list."""
    all_plain = [tuple(one for one in map(plain, row) if one not in ("None", ())) for row in rows]
    return sorted(all_plain, key=lambda row: [order(one) for one in row])


def difference(ours: list, theirs: list) -> str | None:
    """What differs first; none where nothing does."""
    if len(ours) != len(theirs):
        return f"{len(ours)} rows, not {len(theirs)}"
    for one, other in zip(brought(ours), brought(theirs)):
        if not is_same(one, other):
            return f"{str(one)[:300]}, not {str(other)[:300]}"
    return None
