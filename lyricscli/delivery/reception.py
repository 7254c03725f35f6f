"""The reception: a listener and its public address, open for as long as a command waits for callbacks."""

import asyncio  # noqa: TID253 (imported by use cases only)
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lyricscli.delivery.address import UNREACHABLE, Address, Endpoint
from lyricscli.delivery.paths import prefix_of
from lyricscli.errors import TunnelError

if TYPE_CHECKING:
    from lyricscli.delivery.listener import Listener, Said
    from lyricscli.jobs.inbox import Inbox


LOOPBACK = Endpoint()


@dataclass(frozen=True, slots=True)
class Plan:
    """How callbacks are to come in.

    `address` makes the address for a bound port; None means that nobody listens, and `reason` says why where
    the user did not ask for it. `required` turns a missing address into an error.
    """

    address: Callable[[int], Address] | None = None
    bind: Endpoint = LOOPBACK
    required: bool = False
    reason: str | None = None


class Reception:
    """Opens what a plan says, in the order that costs the least time; `works` while callbacks can come.

    The socket is bound and the tunnel's agent started first; aiohttp is imported while the agent comes up.
    """

    def __init__(self, plan: Plan, inbox: "Inbox", notice: Callable[[str], None]) -> None:
        self._plan = plan
        self._inbox = inbox
        self._notice = notice
        self._address: Address | None = None
        self._listener: Listener | None = None
        self._watching: asyncio.Task[None] | None = None
        self.works = plan.address is not None

    async def __aenter__(self) -> Self:
        if self._plan.address is None:
            if self._plan.reason:
                self._notice(self._plan.reason)
            return self
        sock = self._plan.bind.bind()
        try:
            self._address = self._plan.address(sock.getsockname()[1])
            self._address.start()
            from lyricscli.delivery.listener import Listener

            self._listener = Listener(sock, self._inbox.paths, self._receive, self._refused)
            await self._listener.__aenter__()
        except BaseException:
            sock.close()
            await self._close_address()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watching is not None:
            self._watching.cancel()
        try:
            await self._close_address()
        finally:
            if self._listener is not None:
                await self._listener.__aexit__(kind, error, trace)

    def kill(self) -> None:
        """End what would outlive this process, at once; for a second Ctrl-C."""
        if self._address is not None:
            self._address.kill()

    async def callback_url(self, path: str) -> str:
        """Return the address to submit for a secret path, once the tunnel is up unless it is known before.

        Without one it is an address that can never resolve, said in one notice. Raises TunnelError when the
        plan requires an address.
        """
        if self._address is None:
            return UNREACHABLE
        try:
            base = self._address.known_url or await self._address.url()
        except TunnelError as error:
            if self._plan.required:
                raise
            self._give_up(error)
            return UNREACHABLE
        # A reverse proxy may or may not strip its own prefix: both forms lead to the same task.
        prefix = prefix_of(base)
        if prefix:
            self._inbox.alias(path, prefix + path)
        return base.rstrip("/") + path

    def watch(self, on_loss: Callable[[], None]) -> None:
        """From now on: when callbacks can no longer come, say so once and call `on_loss`."""
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(on_loss))

    async def _watch(self, on_loss: Callable[[], None]) -> None:
        assert self._address is not None
        try:
            await self._address.url()
            error = await self._address.lost()
        except TunnelError as failure:
            error = failure
        self._give_up(error)
        on_loss()

    def _give_up(self, error: TunnelError) -> None:
        """Say once why callbacks do not come."""
        if self.works:
            self.works = False
            instead = "waiting goes on" if self._plan.required else "the result will be polled"
            self._notice(f"{error.message}; {instead}. {error.advice}".rstrip())

    async def _receive(self, path: str, headers: Mapping[str, str], body: bytes) -> "Said":
        """Answer 200 once a callback is on disk, and 404 to what is not for us."""
        from lyricscli.delivery.listener import NOT_FOUND, RECEIVED

        return RECEIVED if await self._inbox.receive(path, headers, body) else NOT_FOUND

    def _refused(self, why: str) -> None:
        self._notice(f"A callback was refused: {why}.")

    async def _close_address(self) -> None:
        if self._address is not None:
            await self._address.close()
