"""The agent's local API, spoken through pyngrok: opens and closes a public endpoint, and explains refusals.

`ngrok.connect` is not used: it starts another agent when ours has just died and downloads one when none is
found, both without a time limit. pyngrok is imported inside the functions: it costs 0.15 s, which pass while
the agent comes up.
"""

import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from lyricscli.delivery.agent import Version
from lyricscli.errors import TunnelError

ENDPOINTS_SINCE: Version = (3, 30, 0)  # the first agent with /api/endpoints, says pyngrok 9.1
REQUEST_TIMEOUT = 10.0  # seconds: the agent asks the ngrok service before it answers
CLOSE_TIMEOUT = 2.0  # seconds
LONGEST_QUOTE = 300  # characters of a message of ngrok's that we repeat

NGROK_CODE = re.compile(r"ERR_NGROK_\d+")
HOW_TO_LOG_IN = (
    "Copy your authtoken from https://dashboard.ngrok.com/get-started/your-authtoken (a free account will do)"
    " and store it with `lyrics auth login`."
)
HOW_TO_UPDATE = "Update the agent with `ngrok update`."
# What the codes ask of the user; the sentences are at https://ngrok.com/docs/errors.
ADVICE = {
    "ERR_NGROK_105": HOW_TO_LOG_IN,
    "ERR_NGROK_107": HOW_TO_LOG_IN,
    "ERR_NGROK_108": "End the other agent; https://dashboard.ngrok.com/agents lists those that run.",
    "ERR_NGROK_120": HOW_TO_UPDATE,
    "ERR_NGROK_121": HOW_TO_UPDATE,
    "ERR_NGROK_320": "Name a domain of the account that the authtoken belongs to.",
    "ERR_NGROK_334": "Another run or agent serves this address: end it, or leave the domain out.",
    "ERR_NGROK_4018": HOW_TO_LOG_IN,
}
LOOK_FURTHER = "`lyrics doctor` looks further."
NO_CODE_ADVICE = f"Check the network; {LOOK_FURTHER}"


@dataclass(frozen=True, slots=True)
class PublicEndpoint:
    """A public address: `url` as the world knows it, `handle` as the agent's local API does."""

    url: str
    handle: str


def agent_config(version: Version, authtoken: str, web_addr: str) -> dict[str, object]:
    """Return an agent's config in the layout of its version, with the inspector, which keeps bodies, off."""
    settings: dict[str, object] = {
        "authtoken": authtoken,
        "web_addr": web_addr,
        "inspect_db_size": -1,
        "remote_management": False,
    }
    return {"version": "3", "agent": settings} if version >= ENDPOINTS_SINCE else {"version": "2", **settings}


def open_endpoint(api: str, version: Version, name: str, upstream: str, domain: str | None) -> PublicEndpoint:
    """Have the agent whose API is at `api` forward a public address to `upstream`; TunnelError if refused."""
    if version >= ENDPOINTS_SINCE:
        collection = f"{api}/api/endpoints"
        wanted: dict[str, object] = {"name": name, "upstream": {"url": upstream}}
        wanted |= {"url": f"https://{domain}"} if domain else {}
    else:
        collection = f"{api}/api/tunnels"
        wanted = {"name": name, "addr": upstream, "proto": "http"}
        wanted |= {"domain": domain} if domain else {}
    answer = _ask("POST", collection, wanted, REQUEST_TIMEOUT)
    url = answer.get("url", answer.get("public_url"))
    if not isinstance(url, str):
        raise TunnelError("the ngrok agent opened an endpoint but did not say its address", HOW_TO_UPDATE)
    return PublicEndpoint(url, f"{collection}/{name}")


def close_endpoint(endpoint: PublicEndpoint) -> None:
    """Have the agent give the address back; TunnelError if it does not."""
    _ask("DELETE", endpoint.handle, None, CLOSE_TIMEOUT)


def _ask(method: str, url: str, body: Mapping[str, object] | None, timeout: float) -> Mapping[str, Any]:
    from http.client import HTTPException

    from pyngrok import ngrok
    from pyngrok.exception import PyngrokError, PyngrokNgrokHTTPError

    try:
        with _no_proxy_for_loopback():
            answer = ngrok.api_request(url, method, dict(body) if body else None, timeout=timeout)
    except PyngrokNgrokHTTPError as error:
        if error.status_code == HTTPStatus.NOT_FOUND:
            raise TunnelError(f"the ngrok agent does not know {urlsplit(url).path}", HOW_TO_UPDATE) from error
        raise refusal(_reason_in(error.body)) from error
    except (PyngrokError, HTTPException, OSError) as error:
        raise TunnelError(f"the ngrok agent does not answer: {error}", LOOK_FURTHER) from error
    except ValueError as error:
        raise TunnelError("the ngrok agent's answer made no sense", HOW_TO_UPDATE) from error
    return answer if isinstance(answer, dict) else {}


def _reason_in(body: str) -> str:
    try:
        document = json.loads(body)
        return str(document.get("details", {}).get("err") or document.get("msg") or body)
    except (ValueError, AttributeError):
        return body


_environment = threading.Lock()


@contextmanager
def _no_proxy_for_loopback() -> Iterator[None]:
    """Keep `http_proxy` from capturing a request to the agent's loopback API; put the environment back after.

    urllib, which pyngrok uses, reads `no_proxy` at each request, and the lower-case name wins.
    """
    from urllib.request import getproxies

    if not getproxies():
        yield
        return
    with _environment:
        before = os.environ.get("no_proxy")
        others = before or os.environ.get("NO_PROXY")
        os.environ["no_proxy"] = f"{others},127.0.0.1" if others else "127.0.0.1"
        try:
            yield
        finally:
            if before is None:
                del os.environ["no_proxy"]
            else:
                os.environ["no_proxy"] = before


def refusal(text: str) -> TunnelError:
    """Turn what ngrok says into our error: its first sentence, its code, and what to do about it."""
    found = NGROK_CODE.search(text)
    code = found.group() if found else None
    # The log writes line breaks as two characters; what follows the first sentence is general advice.
    first = re.split(r"\\r|\\n|[\r\n]|\. ", text.strip(), maxsplit=1)[0]
    said = re.sub(r"^(authentication failed|failed to start (tunnel|endpoint)): ", "", first)
    said = "".join(c if c.isprintable() else " " for c in said)[:LONGEST_QUOTE].rstrip(". ")
    if code is None:
        return TunnelError(f"ngrok: {said}", NO_CODE_ADVICE)
    message = f"ngrok: {said}" if code in said else f"ngrok: {said} ({code})"
    return TunnelError(message, ADVICE.get(code, f"See https://ngrok.com/docs/errors/{code.lower()}."), code)
