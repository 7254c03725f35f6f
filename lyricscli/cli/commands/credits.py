"""`lyrics credits`: what is left to spend."""

from typing import TYPE_CHECKING, Any

from lyricscli.cli import options, wiring
from lyricscli.errors import ServiceError

if TYPE_CHECKING:
    from lyricscli.config.settings import Settings


def credits_(
    *, provider: options.Provider = None, base_url: options.BaseUrl = None, json: options.Json = False
) -> None:
    """Print the remaining credits.

    Example: lyrics credits --json
    """
    from lyricscli.quantities import whole
    from lyricscli.terminal.documents import failure_document
    from lyricscli.terminal.streams import is_terminal, write_json, write_stdout

    settings = wiring.load_settings(provider=provider, base_url=base_url)
    document: dict[str, Any] = {"provider": settings.provider, "credits": None}
    try:
        left = document["credits"] = whole(_ask(settings))
    except ServiceError as error:
        if json:
            write_json({**document, "error": failure_document(error.error)})
        raise
    if json:
        write_json(document)
    else:
        write_stdout(f"{left} credits ({settings.provider})\n" if is_terminal() else f"{left}\n")


def _ask(settings: "Settings") -> float:
    from lyricscli.cli import running
    from lyricscli.jobs.desk import open_service

    async def ask() -> float:
        async with open_service(settings) as service:
            return await service.credits_left()

    notices = [wiring.fallback_notice(settings)] if settings.is_fallback else []
    return running.ask("asking for the credits", ask(), notices=notices)
