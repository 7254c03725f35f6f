"""`lyrics credits`: what is left to spend."""

from typing import TYPE_CHECKING, Any

from lyricscli.cli import options
from lyricscli.errors import ServiceError

if TYPE_CHECKING:
    from lyricscli.config.settings import Settings
    from lyricscli.models import Failure


def credits_(
    *,
    provider: options.Provider = None,
    base_url: options.BaseUrl = None,
    json: options.Json = False,
) -> None:
    """Print the remaining credits.

    Example: lyrics credits --json
    """
    from lyricscli.cli import wiring
    from lyricscli.jobs.balance import number
    from lyricscli.terminal.streams import is_terminal, write_stdout

    settings = wiring.load_settings(provider=provider, base_url=base_url)
    try:
        left = number(_ask(settings))
    except ServiceError as error:
        if json:
            write_stdout(_document(settings.provider, None, error.error))
        raise
    if json:
        write_stdout(_document(settings.provider, left))
    elif is_terminal():
        write_stdout(f"{left} credits ({settings.provider})\n")
    else:
        write_stdout(f"{left}\n")


def _ask(settings: "Settings") -> float:
    from lyricscli.cli import running, wiring
    from lyricscli.jobs.balance import credits_left
    from lyricscli.jobs.desk import open_service
    from lyricscli.terminal.progress import Progress
    from lyricscli.terminal.results import Style

    async def ask() -> float:
        async with open_service(settings) as service:
            return await credits_left(service)

    with Progress() as progress:
        if settings.is_fallback:
            progress.notice(wiring.fallback_notice(settings))
        progress.phase("asking for the credits")
        return running.run(ask(), progress, Style())


def _document(provider: str, left: float | None, error: "Failure | None" = None) -> str:
    from lyricscli.terminal.documents import failure_document
    from lyricscli.terminal.streams import as_json

    document: dict[str, Any] = {"provider": provider, "credits": left}
    if error is not None:
        document["error"] = failure_document(error)
    return as_json(document) + "\n"
