"""Findings: what an examination found, what that means, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lyricscli.errors import ExitCode


class State(StrEnum):
    """How it stands. Only `fail` says that something which is configured does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One line of the doctor's: what was examined, how it stands, what that means, what to do.

    `exit_code` is how the command ends when this is the first failure.
    """

    name: str
    state: State
    meaning: str
    advice: str = ""
    exit_code: ExitCode = ExitCode.FAILED

    @property
    def words(self) -> str:
        """The meaning and the advice as sentences on one line."""
        return f"{self.meaning}. {self.advice}" if self.advice else self.meaning


def ok(name: str, meaning: str) -> Diagnosis:
    """Find it well."""
    return Diagnosis(name, State.OK, meaning)


def warn(name: str, meaning: str, advice: str = "") -> Diagnosis:
    """Find something that works, or is not needed, and is not as it should be."""
    return Diagnosis(name, State.WARN, meaning, advice)


def fail(name: str, meaning: str, advice: str, exit_code: ExitCode = ExitCode.FAILED) -> Diagnosis:
    """Find that it does not work."""
    return Diagnosis(name, State.FAIL, meaning, advice, exit_code)


def skipped(name: str, why: str) -> Diagnosis:
    """Leave it unexamined."""
    return Diagnosis(name, State.SKIPPED, why)


def exit_code_of(findings: Sequence[Diagnosis]) -> ExitCode:
    """Return the code of the first failure, else success."""
    failures = (finding.exit_code for finding in findings if finding.state is State.FAIL)
    return next(failures, ExitCode.OK)
