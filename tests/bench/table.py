"""What a benchmark reports: medians with their spread, and ratios of what was measured side by side."""

from dataclasses import dataclass
from statistics import fmean, median, quantiles


@dataclass(frozen=True)
class Sample:
    """Measurements of one thing, in `unit`."""

    what: str
    values: tuple[float, ...]
    unit: str = "ms"

    @property
    def median(self):
        """The middle value."""
        return median(self.values)

    @property
    def mean(self):
        """The average."""
        return fmean(self.values)

    def __str__(self):
        if len(self.values) == 1:
            return f"{_short(self.median)} {self.unit}"
        low, _, high = quantiles(self.values, n=4, method="inclusive")
        return f"{_short(self.median)} {self.unit} ({_short(low)} to {_short(high)})"


@dataclass(frozen=True)
class Row:
    """One line of the table: a sample, and how it compares with another of the same run."""

    sample: Sample
    against: Sample | None = None
    note: str = ""

    def cells(self):
        """Return the row's three cells."""
        ratio = ""
        if self.against is not None:
            ratio = f"{_short(self.sample.median / self.against.median)} times {self.against.what}"
        return self.sample.what, str(self.sample), "; ".join(filter(None, (ratio, self.note)))


def markdown(tables):
    """Return the tables, by their titles, as Markdown."""
    parts = []
    for title, rows in tables.items():
        parts += ["", f"| {title} | median (quartiles) | ratio |", "|---|---|---|"]
        parts += ["| " + " | ".join(row.cells()) + " |" for row in rows]
    return "\n".join([*parts, ""])


def _short(number):
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"
