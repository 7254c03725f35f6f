"""The installer of the ngrok agent: pyngrok downloads it, only where the user said so."""

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

from lyricscli.delivery.agent import agent_version
from lyricscli.errors import TunnelError

DOWNLOAD_PAGE = "https://ngrok.com/download"


def install_agent(install: Callable[[str], None] | None = None) -> Path:
    """Download the agent to the place where pyngrok keeps it, and return that once it has said its version.

    pyngrok tells its progress on stdout, which belongs to results: here it goes to stderr. `install` takes
    the path and puts the agent there (None: pyngrok's own). Raises TunnelError.
    """
    from pyngrok import conf, installer
    from pyngrok.exception import PyngrokError

    place = Path(conf.PyngrokConfig().ngrok_path)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            (install or installer.install_ngrok)(str(place))
    except (PyngrokError, OSError) as error:
        raise TunnelError(
            f"the ngrok agent could not be downloaded: {error}", f"Install it from {DOWNLOAD_PAGE}."
        ) from error
    agent_version(place)
    return place
