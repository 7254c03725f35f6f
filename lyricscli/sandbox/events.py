"""What the emulator did, told as it happens to whoever listens: a live log, a machine, a test."""

from typing import NamedTuple, TypeAlias


class Answered(NamedTuple):
    """A request was answered, or deliberately not: then `status` is None.

    `at` is Unix time in seconds, `code` the one in the body, `scenario` the one of a submission.
    """

    at: float
    method: str
    path: str
    status: int | None
    code: int | None = None
    message: str = ""
    task_id: str | None = None
    scenario: str | None = None


class Delivered(NamedTuple):
    """A callback was tried. `status` is None where no answer came; then `error` says why.

    `at` is Unix time in seconds; `seconds` is how long it took. `retry_in` is in seconds, None where nothing
    more is tried for this callback. `gave_up` says that the last retry failed.
    """

    at: float
    task_id: str
    url: str
    attempt: int
    status: int | None
    seconds: float
    error: str | None = None
    retry_in: float | None = None
    gave_up: bool = False


Event: TypeAlias = Answered | Delivered
