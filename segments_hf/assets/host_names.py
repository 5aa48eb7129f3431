"""Resolve host names. One lookup finds out for all assets of a host whether its name can be resolved."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver

from segments_hf.errors import AssetError
from segments_hf.io.remote.deadline import timeout_at

if TYPE_CHECKING:
    from aiohttp.abc import ResolveResult

_TIME_LIMIT = 15.0  # seconds for one lookup, including all attempts and pauses
_PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds between the attempts of a lookup
_PAUSE_AFTER_FAILURE = 60.0  # seconds after a failed lookup in which the name is not looked up again


class HostNames(AbstractResolver):
    """The resolver of host names for one HTTP client. It must be created in a running event loop.

    Args:
        resolver: The resolver for lookups; by default that of the system.
    """

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver or ThreadedResolver()
        self._lookups: dict[str, asyncio.Task[bool]] = {}

    async def check(self, name: str) -> None:
        """Wait until a name is resolved. All assets of a host wait for the same lookup.

        Raises:
            AssetError: The name cannot be resolved.
            UnicodeError: The name is not a valid host name.
        """
        if name not in self._lookups:
            self._lookups[name] = asyncio.create_task(self._look_up(name))
        if not await asyncio.shield(self._lookups[name]):
            raise AssetError(f"cannot reach {name}: its name cannot be resolved; check the URL and the network")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Look up a name. aiohttp calls this method before it opens a connection."""
        return await self._resolver.resolve(host, port, family)

    async def close(self) -> None:
        """Cancel the lookups, and close the resolver."""
        lookups = list(self._lookups.values())
        for lookup in lookups:
            lookup.cancel()
        await asyncio.gather(*lookups, return_exceptions=True)
        await self._resolver.close()

    async def _look_up(self, name: str) -> bool:
        loop = asyncio.get_running_loop()
        try:
            async with timeout_at(loop.time() + _TIME_LIMIT):
                for pause in (*_PAUSES, None):
                    try:
                        await self._resolver.resolve(name, 0, socket.AF_UNSPEC)
                    except OSError:
                        if pause:
                            await asyncio.sleep(pause)
                    else:
                        return True
        except asyncio.TimeoutError:
            pass
        loop.call_later(_PAUSE_AFTER_FAILURE, self._lookups.pop, name, None)
        return False
