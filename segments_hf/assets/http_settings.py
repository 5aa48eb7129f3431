"""Find the proxies and certificates that `requests` would use."""

from __future__ import annotations

import os
import ssl
from functools import cached_property

import requests.utils
from yarl import URL

from segments_hf.errors import AssetError


class HttpSettings:
    """The proxies and certificates that environment variables set.

    By default, the proxies are those of the system, and the certificates are those of certifi.
    """

    def __init__(self) -> None:
        self._proxies: dict[str, URL | None] = {}

    def proxy(self, origin: str) -> URL | None:
        """Return the proxy for an origin such as ``https://host:8080``; None for a direct connection.

        Raises:
            AssetError: The URL of the proxy is malformed, or is neither http nor https.
        """
        if origin not in self._proxies:
            self._proxies[origin] = _proxy(origin)
        return self._proxies[origin]

    @cached_property
    def certificates(self) -> ssl.SSLContext:
        """The certificates of the trusted authorities.

        Raises:
            AssetError: The certificates cannot be read.
        """
        bundle = (
            os.environ.get("REQUESTS_CA_BUNDLE")
            or os.environ.get("CURL_CA_BUNDLE")
            or requests.utils.DEFAULT_CA_BUNDLE_PATH
        )
        try:
            if os.path.isdir(bundle):  # noqa: PTH112
                return ssl.create_default_context(capath=bundle)
            return ssl.create_default_context(cafile=bundle)
        except OSError as error:
            raise AssetError(f"{bundle}: cannot read the certificates ({error.strerror or error})") from None


def _proxy(origin: str) -> URL | None:
    proxy = requests.utils.select_proxy(origin, requests.utils.get_environ_proxies(origin))
    if not proxy:
        return None
    try:
        url = URL(proxy if "://" in proxy else f"http://{proxy}")
    except ValueError:  # its message may contain the user and password of the proxy
        raise AssetError("got a malformed URL of a proxy; check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise AssetError(
            f"got a proxy of scheme {url.scheme!r} and host {url.host!r}, expected http or https and the name of a host"
        )
    return url
