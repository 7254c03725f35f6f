"""The ngrok agent, fetched where there is none: only after a yes."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lyricscli.config.settings import Settings


def see_to_agent(settings: "Settings", *, install: bool) -> None:
    """Get the agent where there is none, but only after a yes: at the terminal, or as an option.

    Raises TunnelError when it cannot be downloaded.
    """
    from lyricscli.cli.wiring import tunnel_options
    from lyricscli.delivery.ngrok.agent import DOWNLOAD_PAGE, find_agent, install_agent
    from lyricscli.terminal import asking
    from lyricscli.terminal.streams import say

    if find_agent(tunnel_options(settings)) is not None:
        return
    if install or (sys.stdin.isatty() and asking.agreed("The ngrok agent is missing. Download it now?")):
        say(f"The ngrok agent is installed: {install_agent()}.")
    else:
        say(f"The ngrok agent is missing. Get it from {DOWNLOAD_PAGE}, or repeat with --install-agent.")
