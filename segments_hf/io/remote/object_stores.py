"""Read objects in buckets with fsspec and the user's credentials.

`storage_options` are the options of one file system, or of several file systems by their scheme:
``{"s3": {"profile": "work"}, "gs": {"token": "cloud"}}``.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from typing import TYPE_CHECKING, Any

from segments_hf.errors import AssetError
from segments_hf.io.redaction import without_queries
from segments_hf.io.urls import scheme_of
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fsspec import AbstractFileSystem

_PACKAGES = {"s3": "s3fs", "gcs": "gcsfs", "azure": "adlfs"}  # the Python package of each cloud
# The cloud of each scheme. Other schemes, such as `local`, `zip` and `simplecache`, are not allowed, because they give
# access to local files.
_CLOUDS = {"s3": "s3", "gs": "gcs", "gcs": "gcs", "az": "azure", "abfs": "azure", "abfss": "azure"}
_AZURE_ACCOUNT = re.compile(r"[^@/]+@([^./]+)\.(?:blob|dfs)\.core\.windows\.net(?:/|$)")
_ACCOUNT_NAME = re.compile(r"(?:^|;)\s*AccountName=([^;]+)")
_NO_SUCH_RANGE = re.compile(r"\b416\b|range\b.*(?:not satisfiable|invalid)", re.IGNORECASE)
_CREDENTIAL_PREFIXES = ("AWS_", "AZURE_", "GOOGLE_")  # of environment variables

_filesystems: dict[str, Any] = {}
_lock = threading.Lock()


class NoCredentialsError(AssetError):
    """The user has no credentials for the bucket."""


class ObjectTooLargeError(AssetError):
    """An object that is larger than allowed."""


class ObjectTimeoutError(AssetError):
    """An object whose read took longer than allowed."""


def is_bucket_url(url: str) -> bool:
    """Tell whether a URL is that of an object in a bucket.

    >>> is_bucket_url("s3://bucket/a.jpg"), is_bucket_url("https://host/a.jpg")
    (True, False)
    """
    return scheme_of(url) in _CLOUDS


def read_object(
    url: str,
    storage_options: Mapping[str, Any] | None = None,
    *,
    region: str | None = None,
    connections: int = 10,
    max_bytes: int | None = None,
    timeout: float | None = None,
) -> bytes:
    """Read an object.

    Args:
        url: A URL that begins with ``s3://``, ``gs://``, ``gcs://``, ``az://``, ``abfs://`` or ``abfss://``.
        storage_options: The options of the file system. By default, its library looks for credentials in environment
            variables and configuration files.
        region: The region of an S3 bucket, if it is known.
        connections: The largest number of simultaneous connections to S3.
        max_bytes: The largest size of the object in bytes.
        timeout: The time limit in seconds.

    Raises:
        AssetError: The object cannot be read, or is larger than `max_bytes`.
    """
    from fsspec.exceptions import FSTimeoutError

    try:
        filesystem = _filesystem(url, storage_options or {}, region, connections)
        location, _, version = url.partition("?versionId=")
        arguments: dict[str, Any] = {"version_id": version} if version else {}
        if max_bytes is not None:  # one more byte shows that the object is larger, without a request for its size
            arguments |= {"start": 0, "end": max_bytes + 1}
        content = bytes(filesystem.cat_file(_object_path(filesystem, location), timeout=timeout, **arguments))
    except ImportError as error:
        package = _PACKAGES[_CLOUDS[scheme_of(url)]]
        raise AssetError(f"reading {scheme_of(url)}:// requires {package}: pip install {package} ({error})") from error
    except FileNotFoundError:
        raise AssetError("the object does not exist, or your credentials do not give access to it") from None
    except PermissionError:
        raise AssetError("access denied: your credentials do not allow reading the object") from None
    except FSTimeoutError:
        raise ObjectTimeoutError(f"reading the object took too long; set a longer {option('timeout')}") from None
    except AssetError:
        raise
    except Exception as error:  # noqa: BLE001  (each library behind fsspec has its own exceptions)
        if type(error).__name__ in {"NoCredentialsError", "PartialCredentialsError"}:  # of botocore
            raise NoCredentialsError(
                f"found no credentials: pass them as {option('storage_options')}, or configure them for the AWS "
                f"command line; for a public bucket, pass {option('storage_options', {'anon': True})}"
            ) from None
        raise AssetError(_error_text(error)) from None
    if max_bytes is not None and len(content) > max_bytes:
        raise ObjectTooLargeError(f"got more bytes than {option('max_bytes', max_bytes)} allows")
    return content


def _filesystem(
    url: str, storage_options: Mapping[str, Any], region: str | None, connections: int
) -> AbstractFileSystem:
    """Return a file system that all threads of this process share. fsspec would create one for each thread."""
    import fsspec
    from fsspec.utils import tokenize

    scheme = scheme_of(url)
    options = _options_of(scheme, storage_options)
    if _CLOUDS[scheme] == "s3":
        options["config_kwargs"] = {"max_pool_connections": connections, **options.get("config_kwargs", {})}
        if region:
            options["client_kwargs"] = {"region_name": region, **options.get("client_kwargs", {})}
    kind = fsspec.get_filesystem_class(scheme)
    if account := _checked_account(url, options):
        options["account_name"] = account
    # The key includes the environment, so that changed variables create a new file system.
    environment = sorted((name, value) for name, value in os.environ.items() if name.startswith(_CREDENTIAL_PREFIXES))
    key = tokenize(scheme, options, environment)
    with _lock:
        if key not in _filesystems:
            created = kind(**options, skip_instance_cache=True)
            if _CLOUDS[scheme] == "s3":
                created.connect()  # otherwise several threads may each create a client
            _filesystems[key] = created
        return _filesystems[key]


def _reset_after_fork() -> None:
    """Discard the file systems and locks of the parent process in a forked process. fsspec 2025.3 does not do this."""
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()
    _filesystems.clear()
    if asyn := sys.modules.get("fsspec.asyn"):
        asyn.reset_lock()
        asyn.iothread[0] = asyn.loop[0] = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)


def _options_of(scheme: str, storage_options: Mapping[str, Any]) -> dict[str, Any]:
    if not storage_options.keys() & _CLOUDS.keys():
        return dict(storage_options)
    schemes = [name for name, cloud in _CLOUDS.items() if cloud == _CLOUDS[scheme]]
    return dict(next((storage_options[name] for name in [scheme, *schemes] if name in storage_options), {}))


def _checked_account(url: str, options: Mapping[str, Any]) -> str | None:
    """Return the Azure account in a URL; None if the URL contains no account.

    Raises:
        AssetError: The account is not the one in the user's options or environment. The URL comes from a release,
            which must not decide which account receives the credentials.
    """
    match = _AZURE_ACCOUNT.match(url.partition("://")[2])
    if match is None:
        return None
    connection = options.get("connection_string") or os.environ.get("AZURE_STORAGE_CONNECTION_STRING", "")
    connection_match = _ACCOUNT_NAME.search(connection)
    own = options.get("account_name") or os.environ.get("AZURE_STORAGE_ACCOUNT_NAME")
    own = own or (connection_match and connection_match[1])
    if match[1] != own:
        raise AssetError(
            f"the object is in the Azure account {match[1]!r}; if your credentials are for that account, set "
            f"{option('storage_options', {'account_name': match[1]})} or AZURE_STORAGE_ACCOUNT_NAME"
        )
    return match[1]


def _object_path(filesystem: AbstractFileSystem, url: str) -> str:
    return str(filesystem._strip_protocol(url))  # noqa: SLF001  (`url_to_fs` would open chained URLs: `zip::s3://…`)


def _error_text(error: Exception) -> str:
    """Return the first line of the message of another library's exception, without the queries of URLs."""
    text = without_queries(next(iter(str(error).splitlines()), ""))
    if _NO_SUCH_RANGE.search(text):  # servers refuse any range of an empty object
        return "got an empty file"
    return f"cannot read the object ({type(error).__name__}{': ' if text else ''}{text})"
