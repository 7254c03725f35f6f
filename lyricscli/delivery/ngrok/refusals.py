"""What ngrok says when it refuses, as our own error: its first sentence, its code, and what to do."""

import json
import re
from collections.abc import Mapping

from lyricscli.errors import TunnelError

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
    "ERR_NGROK_334": "Another run or agent serves your account's address: end it, or name another domain with"
    " --ngrok-domain.",
    "ERR_NGROK_4018": HOW_TO_LOG_IN,
}
ADVICE_WITH_DOMAIN = {
    **ADVICE,
    "ERR_NGROK_334": "Another run or agent serves this address: end it, or leave the domain out.",
}
LOOK_FURTHER = "`lyrics doctor` looks further."
NO_CODE_ADVICE = f"Check the network; {LOOK_FURTHER}"


def refusal(text: str, advice: Mapping[str, str] = ADVICE) -> TunnelError:
    """Turn what ngrok says into our error; `advice` says what each code asks of the user."""
    found = NGROK_CODE.search(text)
    code = found.group() if found else None
    # The log writes line breaks as two characters; what follows the first sentence is general advice.
    first = re.split(r"\\r|\\n|[\r\n]|\. ", text.strip(), maxsplit=1)[0]
    said = re.sub(r"^(authentication failed|failed to start (tunnel|endpoint)): ", "", first)
    said = "".join(c if c.isprintable() else " " for c in said)[:LONGEST_QUOTE].rstrip(". ")
    if code is None:
        return TunnelError(f"ngrok: {said}", NO_CODE_ADVICE)
    message = f"ngrok: {said}" if code in said else f"ngrok: {said} ({code})"
    return TunnelError(message, advice.get(code, f"See https://ngrok.com/docs/errors/{code.lower()}."), code)


def reason_in(body: str) -> str:
    """Return the sentence in an error's body from the agent's local API, or all of it if there is none."""
    try:
        document = json.loads(body)
        return str(document.get("details", {}).get("err") or document.get("msg") or body)
    except (ValueError, AttributeError):
        return body
