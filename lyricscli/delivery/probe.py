"""The self-probe: a nonce leaves by our own public URL and must come in at our own listener."""

import asyncio  # noqa: TID253 (imported by what opens a public URL)
import hmac
import json
import secrets
import time

import aiohttp  # noqa: TID253 (likewise)
from yarl import URL

from lyricscli.api.proxy import proxy_for
from lyricscli.delivery.ngrok.refusals import NGROK_CODE, refusal
from lyricscli.errors import TunnelError

PAUSE = 0.25
"""Seconds between two tries: a new name takes a moment to be known everywhere."""

NONCE_BYTES = 32
ANSWER_BYTES = 4096

SKIP_INTERSTITIAL = {"ngrok-skip-browser-warning": "1"}
"""Asks ngrok not to put its warning page for browsers in between."""

ADVICE = (
    "Does it lead to this listener, path included, and take a POST? Some networks cannot reach their own"
    " public address from inside."
)


class Probe:
    """One nonce; `recognises` is asked about every body that comes in on the secret path."""

    def __init__(self) -> None:
        self._body = json.dumps({"probe": secrets.token_urlsafe(NONCE_BYTES)}).encode()
        self._came = False

    def recognises(self, body: bytes) -> bool:
        """Tell whether a body is the nonce."""
        ours = hmac.compare_digest(body, self._body)
        self._came = self._came or ours
        return ours

    async def go_round(self, url: str, timeout: float) -> float:  # noqa: ASYNC109
        """Send the nonce to `url` until it has come in and was answered 200; return the seconds it took.

        Raises TunnelError after `timeout` seconds, saying what came back instead.
        """
        why, started = "no answer", time.monotonic()
        try:
            async with asyncio.timeout(timeout), _session() as session:
                while True:
                    self._came, sent = False, time.monotonic()
                    why = await self._try(session, URL(url))
                    if not why:
                        return time.monotonic() - sent
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            host = URL(url).host
            raise _failure(f"{host} does not lead back here", why, time.monotonic() - started) from None

    async def _try(self, session: aiohttp.ClientSession, url: URL) -> str:
        """Send it once; return what was wrong, or nothing."""
        headers = {"Content-Type": "application/json", **SKIP_INTERSTITIAL}
        try:
            async with session.post(
                url, data=self._body, headers=headers, allow_redirects=False, proxy=proxy_for(str(url))
            ) as answer:
                said = (await answer.content.read(ANSWER_BYTES)).decode(errors="replace")
        except (aiohttp.ClientError, OSError) as error:
            return str(error) or type(error).__name__
        if self._came and answer.status == 200:  # noqa: PLR2004
            return ""
        if NGROK_CODE.search(said):
            return said
        place = answer.headers.get("Location")
        return f"it answers {answer.status}" + (f", a redirect to {place}" if place else "")


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True), cookie_jar=aiohttp.DummyCookieJar()
    )


def _failure(what: str, why: str, seconds: float) -> TunnelError:
    if NGROK_CODE.search(why):
        refused = refusal(why)
        return TunnelError(f"{what}: {refused.message}", refused.advice, refused.code)
    return TunnelError(f"{what}: {why} (tried for {seconds:.0f} s)", ADVICE)
