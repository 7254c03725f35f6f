"""In what the two services differ, as the emulator plays them.

These are the emulator's own facts, kept apart from the client's table on purpose: a mistake there must not be
able to agree with itself here.
"""

from dataclasses import dataclass, replace

DAY = 86_400.0

JOBS_MODEL = "ai-music-api/generate-lyrics"
"""What kie's newer route calls the generation of lyrics."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One service: the codes it refuses with, the names it uses and its limits.

    With `status_follows_code` the HTTP status repeats the code of the body; otherwise it stays 200. Retention
    is in seconds.
    """

    name: str
    credits_path: str
    bad_request: int
    unauthorized: int
    no_credits: int
    throttled: int
    too_long: int
    status_follows_code: bool
    longest_prompt: int
    prompt_unit: str
    callback_id: str
    callback_error: str
    failed_callback_type: str
    whole_credits: bool
    has_jobs: bool
    retention: float
    is_gateway: bool = False

    def measure(self, prompt: str) -> int:
        """Return the length of a prompt in the unit of the limit."""
        return len(prompt.split()) if self.prompt_unit == "words" else len(prompt)


DIALECTS = {
    "sunoapi": Dialect(
        name="sunoapi",
        credits_path="/api/v1/generate/credit",
        bad_request=400,
        unauthorized=401,
        no_credits=429,
        throttled=430,
        too_long=413,
        status_follows_code=True,
        longest_prompt=200,
        prompt_unit="words",
        callback_id="taskId",
        callback_error="errorMessage",
        failed_callback_type="error",
        whole_credits=True,
        has_jobs=False,
        retention=15 * DAY,
    ),
    "kie": Dialect(
        name="kie",
        credits_path="/api/v1/chat/credit",
        bad_request=422,
        unauthorized=401,
        no_credits=402,
        throttled=429,
        # The calls of kie document no 413: a prompt too long is a parameter that does not validate.
        too_long=422,
        status_follows_code=False,
        longest_prompt=200,
        prompt_unit="characters",
        callback_id="task_id",
        callback_error="error_message",
        failed_callback_type="complete",
        whole_credits=False,
        has_jobs=True,
        retention=14 * DAY,
    ),
}

DIALECTS["new-api"] = replace(DIALECTS["sunoapi"], name="new-api", is_gateway=True)
"""A gateway that sells sunoapi on: see `gateway`."""
