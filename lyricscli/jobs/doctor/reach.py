"""What can be examined of the way that callbacks come in."""

import asyncio  # noqa: TID253 (imported by the command that examines)

from lyricscli.delivery.ngrok.agent import (
    ENDPOINTS_SINCE,
    GET_AGENT,
    HOW_TO_LOG_IN,
    HOW_TO_UPDATE,
    agent_version,
    find_agent,
    own_settings,
)
from lyricscli.errors import ExitCode, TunnelError
from lyricscli.jobs.doctor.case import Case, Diagnosis, fail, ok, skipped, warn

NOT_NEEDED = "no tunnel is needed as things are configured"
POLL_ON_PURPOSE = " Without callbacks: `lyrics config set tunnel none`."


async def agent(case: Case) -> Diagnosis:
    """Find the ngrok agent and ask its version; it has to be there only where a tunnel is needed."""
    path = await asyncio.to_thread(find_agent, case.agent)
    if path is None:
        where = f"not at {case.agent.agent}" if case.agent.agent else "not installed"
        if case.needs_tunnel:
            return fail("agent", f"the ngrok agent is {where}", GET_AGENT + POLL_ON_PURPOSE)
        return skipped("agent", f"the ngrok agent is {where}; {NOT_NEEDED}")
    try:
        version = await asyncio.to_thread(agent_version, path)
    except (TunnelError, OSError) as error:
        if not case.needs_tunnel:
            return skipped("agent", f"{error}; {NOT_NEEDED}")
        return fail("agent", f"{error}", error.advice if isinstance(error, TunnelError) else GET_AGENT)
    meaning = f"ngrok {'.'.join(map(str, version))} at {path}"
    if version < ENDPOINTS_SINCE and case.needs_tunnel:
        return warn("agent", f"{meaning} is old: the service may refuse it", HOW_TO_UPDATE)
    return ok("agent", meaning)


async def token(case: Case) -> Diagnosis:
    """Find the authtoken; only opening a tunnel shows what it is worth."""
    if case.agent.authtoken is not None:
        return ok("token", "an ngrok authtoken is configured")
    if not case.needs_tunnel:
        return skipped("token", NOT_NEEDED)
    if (await asyncio.to_thread(own_settings)).get("authtoken"):
        return ok("token", "the one in ngrok's own configuration is used")
    return fail("token", "there is no ngrok authtoken", HOW_TO_LOG_IN + POLL_ON_PURPOSE)


async def tunnel(case: Case) -> Diagnosis:
    """Open a tunnel, as a command that waits for a callback does."""
    if not case.needs_tunnel:
        return skipped("tunnel", NOT_NEEDED)
    if not case.network:
        return skipped("tunnel", "--offline")
    if await asyncio.to_thread(find_agent, case.agent) is None:
        return skipped("tunnel", "there is no agent")
    assert case.gate is not None
    try:
        url = await case.gate.opened()
    except TunnelError as error:
        return fail("tunnel", error.message, error.advice, ExitCode.SERVICE)
    return ok("tunnel", f"{url} was opened in {case.gate.seconds:.1f} s")


async def callback(case: Case) -> Diagnosis:
    """Send a nonce to the address that callbacks are sent to, and see it come in."""
    if case.gate is None:
        return skipped("callback", "--offline" if case.needs_tunnel else "results are polled, as configured")
    try:
        url = await case.gate.opened()
    except TunnelError:
        return skipped("callback", "there is no tunnel")
    try:
        seconds = await case.gate.probe()
    except TunnelError as error:
        return fail("callback", error.message, error.advice, ExitCode.SERVICE)
    return ok("callback", f"a probe went round through {url} in {seconds:.2f} s")
