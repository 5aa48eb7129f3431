"""Bytes over http(s): pooled connections, timeouts, retries."""

from __future__ import annotations

import logging
import os
import re
import threading
from typing import Any
from urllib.parse import urlsplit

import requests.utils
import urllib3

from segments_hf.errors import AssetError
from segments_hf.urls import is_url, public_name

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})

_TIMEOUT = urllib3.Timeout(connect=10, read=60)  # seconds
_QUERY = re.compile(r"\?[^\s'\"]+")


class HttpClient:
    """One pool of keep-alive connections, for all threads.

    urllib3 does the work, as it takes a third of the time that a `requests` session takes for a small file; proxies
    and certificates are those that `requests` would use.

    Args:
        connections: How many connections to keep to one host.
        retries: How often to try again after a connection fault, or an answer of 408, 429 or 5xx.
        backoff: Seconds before the second retry; they double with every further one. A Retry-After header wins.
    """

    def __init__(self, connections: int, retries: int = 5, backoff: float = 0.5) -> None:
        self._lock = threading.Lock()
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._hosts: dict[str, urllib3.PoolManager] = {}
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        self._options: dict[str, Any] = {
            "num_pools": 32,
            "maxsize": connections,
            "timeout": _TIMEOUT,
            "ca_certs": bundle or requests.utils.DEFAULT_CA_BUNDLE_PATH,
            "retries": urllib3.Retry(
                total=retries,
                backoff_factor=backoff,
                backoff_jitter=backoff / 2,
                status_forcelist=RETRIED_STATUSES,
                raise_on_status=False,
            ),
        }

    def get(self, url: str) -> bytes:
        """The body behind a URL, as long as the server said it is.

        Raises:
            AssetError: There is no answer, or the answer is an error.
        """
        try:
            response = self._pool(url).request("GET", url)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            # Its text may hold the whole URL, signature included.
            cause = getattr(error, "reason", None) or error
            raise AssetError(f"{public_name(url)}: no answer ({type(cause).__name__})") from None
        if response.status != 200:  # noqa: PLR2004
            hint = "; has the link expired, or is the bucket private?" if response.status in {401, 403} else ""
            raise AssetError(f"{public_name(url)}: got HTTP {response.status} {response.reason or ''}".rstrip() + hint)
        return response.data

    def close(self) -> None:
        """Closes the connections."""
        for pool in self._pools.values():
            pool.clear()

    def _pool(self, url: str) -> urllib3.PoolManager:
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if host not in self._hosts:
                proxies = requests.utils.get_environ_proxies(host)
                self._hosts[host] = self._pool_behind(requests.utils.select_proxy(host, proxies) or "")
            return self._hosts[host]

    def _pool_behind(self, proxy: str) -> urllib3.PoolManager:
        if proxy not in self._pools:
            self._pools[proxy] = (
                urllib3.proxy_from_url(proxy if is_url(proxy) else f"http://{proxy}", **self._options)
                if proxy
                else urllib3.PoolManager(**self._options)
            )
        return self._pools[proxy]


def _without_queries(record: logging.LogRecord) -> bool:
    message = record.getMessage()
    if "?" in message:
        record.msg, record.args = _QUERY.sub("?…", message), ()
    return True


# urllib3 logs the URLs that it asks for, signatures included.
for _name in ("urllib3.connectionpool", "urllib3.poolmanager", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_without_queries)
