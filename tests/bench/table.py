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
        return f"{_short(self.median)} {self.unit}{_spread(self.values)}"


@dataclass(frozen=True)
class Row:
    """One line of the table: a sample, and how it compares with another of the same run, turn by turn."""

    sample: Sample
    against: Sample | None = None
    note: str = ""

    def cells(self):
        """Return the row's three cells."""
        ratio = ""
        if self.against is not None:
            pairs = zip(self.sample.values, self.against.values, strict=True)
            ratios = [ours / theirs for ours, theirs in pairs]
            ratio = f"{_short(median(ratios))}{_spread(ratios)} times {self.against.what}"
        return self.sample.what, str(self.sample), "; ".join(filter(None, (ratio, self.note)))


def markdown(title, rows):
    """Return a benchmark's table as Markdown."""
    head = ["", f"| {title} | median (quartiles) | ratio |", "|---|---|---|"]
    return "\n".join([*head, *("| " + " | ".join(row.cells()) + " |" for row in rows)])


def _spread(values):
    if len(values) == 1:
        return ""
    low, _, high = quantiles(values, n=4, method="inclusive")
    return f" ({_short(low)} to {_short(high)})"


def _short(number):
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"
