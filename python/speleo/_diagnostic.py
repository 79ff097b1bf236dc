"""What the program has to say of a search, as exceptions and warnings."""

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple


@dataclass(frozen=True)
class Diagnostic:
    """One message: ``error[E0201]: there is no command `statz```."""

    code: str
    """The code; ``speleo explain CODE`` tells more."""
    severity: str
    """``error``, ``warning`` or ``note``."""
    message: str
    span: Optional[Tuple[int, int]] = None
    """The place in the search, as offsets into its UTF-8 bytes."""
    line: Optional[int] = None
    column: Optional[int] = None
    file: Optional[str] = None
    help: List[str] = field(default_factory=list)
    """What to do instead."""

    @classmethod
    def of(cls, record: Dict[str, Any]) -> "Diagnostic":
        """Reads a line of ``--error-format json``."""
        span = record.get("span")
        return cls(
            code=record["code"],
            severity=record["severity"],
            message=record["message"],
            span=(span[0], span[1]) if span else None,
            line=record.get("line"),
            column=record.get("column"),
            file=record.get("file"),
            help=[help["text"] for help in record.get("help", [])],
        )

    def __str__(self) -> str:
        place = f" (line {self.line}, column {self.column})" if self.line is not None else ""
        lines = [f"{self.severity}[{self.code}]: {self.message}{place}", *(f"help: {help}" for help in self.help)]
        return "\n".join(lines)


class SearchError(Exception):
    """A search failed, or its arguments make no sense."""

    diagnostics: List[Diagnostic]
    """All that was said of it, warnings too; empty where the search was not reached."""
    exit_status: int
    """1 where the search failed, 2 where the arguments make no sense."""

    def __init__(self, message: str, diagnostics: List[Diagnostic], exit_status: int) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics
        self.exit_status = exit_status


class SearchWarning(UserWarning):
    """A warning or a note of a search that gave an answer."""

    diagnostic: Diagnostic

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(str(diagnostic))
        self.diagnostic = diagnostic
