"""Read or create a dataset repository on the Hub, and check the permission to write to it."""

from __future__ import annotations

import functools
import hashlib
import socket
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from huggingface_hub import CommitOperationAdd, HfApi, get_token
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import validate_repo_id

from segments_hf.errors import HubError, OptionError
from segments_hf.hub.hub_retries import retry, status_of
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huggingface_hub.hf_api import RepoFile

UNAUTHORIZED, FORBIDDEN = 401, 403  # HTTP statuses


@dataclass(frozen=True)
class Repository:
    """A branch of a dataset repository on the Hub.

    Attributes:
        repo_id: ``owner/name``.
        revision: The branch to read from. The push commits to this branch, unless it opens a pull request. None for
            ``main``.
        create_pr: Whether the push opens a pull request.
        private: Whether a new repository is private; None for the setting of the owner.
        token: The token for all requests.
        is_private: Whether the repository is private; None if it does not exist yet.
        endpoint: The URL of the Hub; None for the URL in the environment of the process.
    """

    repo_id: str
    revision: str | None = None
    create_pr: bool = False
    private: bool | None = None
    token: str = field(default="", repr=False)
    is_private: bool | None = None
    endpoint: str | None = None

    @functools.cached_property
    def api(self) -> HfApi:
        """The client of the Hub."""
        return HfApi(self.endpoint, self.token, library_name="segments-hf", library_version=version("segments-hf"))

    def without_token(self) -> Repository:
        """Return the repository without a token, for another machine."""
        return replace(self, token="", endpoint=self.api.endpoint)

    def with_own_token(self) -> Repository:
        """Return the repository with the token of this machine: the one in `HF_TOKEN`, or that of `hf auth login`.

        Raises:
            HubError: No token was found.
        """
        token = get_token()
        if not token:
            raise HubError(
                f"{self.repo_id}: machine {socket.gethostname()} has no token; set HF_TOKEN to a token with write "
                "access in the environment of all machines"
            )
        return replace(self, token=token)

    @property
    def url(self) -> str:
        """The URL of the page of the dataset."""
        return f"{self.api.endpoint}/datasets/{self.repo_id}"

    @property
    def visibility(self) -> str:
        """The visibility of the repository, or of the repository that the push creates."""
        if self.is_private is not None:
            return "private" if self.is_private else "public"
        if self.private is not None:
            return "new, private" if self.private else "new, public"
        return f"new, public or private by the settings of {self.repo_id.partition('/')[0]} on the Hub"

    def head(self) -> str | None:
        """Return the hash of the last commit of the branch; None if the repository or the branch does not exist."""
        try:
            info = retry(
                lambda: self.api.repo_info(self.repo_id, repo_type="dataset", revision=self.revision),
                f"read {self.repo_id}",
            )
        except (RepositoryNotFoundError, RevisionNotFoundError):
            return None
        return str(info.sha)

    def files(self, commit: str) -> dict[str, RepoFile]:
        """Return the files of a commit by path."""

        def list_files() -> dict[str, RepoFile]:
            from huggingface_hub.hf_api import RepoFile

            entries = self.api.list_repo_tree(self.repo_id, recursive=True, revision=commit, repo_type="dataset")
            return {entry.path: entry for entry in entries if isinstance(entry, RepoFile)}

        return retry(list_files, f"list the files of {self.repo_id}")

    def read(self, path: str, commit: str) -> bytes | None:
        """Return the content of a file in a commit; None if the file does not exist."""

        def download() -> bytes:
            from pathlib import Path

            return Path(self.api.hf_hub_download(self.repo_id, path, repo_type="dataset", revision=commit)).read_bytes()

        try:
            return retry(download, f"read {path} of {self.repo_id}")
        except EntryNotFoundError:
            return None

    def create(self) -> None:
        """Create the repository and the branch if they do not exist.

        Raises:
            HubError: The token has no permission to create them.
        """
        action = f"create {self.repo_id}"
        try:
            retry(
                lambda: self.api.create_repo(self.repo_id, repo_type="dataset", private=self.private, exist_ok=True),
                action,
            )
            if self.revision is not None and not self.revision.startswith("refs/") and self.revision != "main":
                retry(
                    lambda: self.api.create_branch(
                        self.repo_id, branch=str(self.revision), repo_type="dataset", exist_ok=True
                    ),
                    action,
                )
        except HfHubHTTPError as error:
            raise refusal(error, self.repo_id) from error


def open_repository(
    repo_id: str,
    *,
    revision: str | None = None,
    create_pr: bool = False,
    private: bool | None = None,
    token: str | None = None,
) -> Repository:
    """Check the permission to write to a repository, and return the repository. Nothing is created or changed.

    Args:
        repo_id: ``owner/name``, or the name alone for a repository of the owner of the token.
        revision: The branch; None for ``main``.
        create_pr: Whether the push will open a pull request.
        private: Whether a new repository is private; None for the setting of the owner.
        token: A token with write access; by default ``HF_TOKEN``, or else the token of ``hf auth login``.

    Raises:
        OptionError: The id is invalid, or the repository exists and is public although `private` is true, or the
            reverse.
        HubError: No token was found, the Hub refuses the token, the token has no permission to write to the repository
            or to create it, a model or space has the same id, or the repository does not exist and `create_pr` is true.
    """
    try:
        validate_repo_id(repo_id)
    except HFValidationError as error:
        raise OptionError(
            f"got {repo_id!r}, expected owner/name, or name for a repository of your own ({error})", option="repo_id"
        ) from None
    token = token or get_token()
    if not token:
        raise HubError(
            "got no token, expected one with write access; log in with `hf auth login`, set HF_TOKEN, or pass "
            f"{option('token')}"
        )
    user = _user(HfApi(token=token), repo_id)
    full_id = repo_id if "/" in repo_id else f"{user['name']}/{repo_id}"
    repository = Repository(full_id, revision, create_pr, private, token)
    is_private = _is_private(repository)
    if is_private is None:
        _check_may_create(repository, user)
        return repository
    _check_may_write(repository)
    if private not in {None, is_private}:
        raise OptionError(
            f"{full_id} exists and is {'private' if is_private else 'public'}, and a push does not change that; change "
            f"it at {repository.url}/settings, or push to another repository",
            option="private",
        )
    return replace(repository, is_private=is_private)


def _user(api: HfApi, repo_id: str) -> Mapping[str, Any]:
    try:
        return retry(api.whoami, "read the user of the token")
    except OSError as error:  # from requests or from huggingface_hub, depending on its version
        if status_of(error) is None:
            raise
        raise refusal(error, repo_id) from error


def _is_private(repository: Repository) -> bool | None:
    """Return whether a repository is private; None if it does not exist."""
    try:
        info = retry(
            lambda: repository.api.repo_info(repository.repo_id, repo_type="dataset"), f"read {repository.repo_id}"
        )
    except RepositoryNotFoundError:
        return None
    except HfHubHTTPError as error:
        raise refusal(error, repository.repo_id) from error
    return bool(info.private)


def _check_may_create(repository: Repository, user: Mapping[str, Any]) -> None:
    if repository.create_pr:
        raise HubError(
            f"{repository.repo_id} does not exist, so no pull request can be opened; push without "
            f"{option('create_pr', True)} first"
        )
    for repo_type in ("model", "space"):
        exists = functools.partial(repository.api.repo_exists, repository.repo_id, repo_type=repo_type)
        if retry(exists, f"look for {repository.repo_id}"):
            raise HubError(f"{repository.repo_id} is a {repo_type} on the Hub; choose another name for the dataset")
    owner = repository.repo_id.partition("/")[0]
    namespaces = [user["name"], *(org["name"] for org in user.get("orgs", []))]
    if owner not in namespaces:
        raise HubError(
            f"{repository.repo_id} does not exist or is not visible to {user['name']}, whose token can create "
            f"repositories only in {', '.join(namespaces)}"
        )
    access = user.get("auth", {}).get("accessToken") or {}
    if access.get("role") == "read":
        raise HubError(f"the token of {user['name']} is read-only; create a token with write access")


def _check_may_write(repository: Repository) -> None:
    try:
        # A request for the upload mode of a file requires the permission to write, but uploads nothing.
        retry(
            lambda: repository.api.preupload_lfs_files(
                repository.repo_id,
                [CommitOperationAdd("README.md", b"?")],
                repo_type="dataset",
                create_pr=repository.create_pr,
            ),
            f"check the permission to write to {repository.repo_id}",
        )
    except HfHubHTTPError as error:
        raise refusal(error, repository.repo_id) from error


def refusal(error: Exception, repo_id: str) -> HubError:
    """Return the error for a response of the Hub that refuses a push."""
    reasons = {
        UNAUTHORIZED: "the Hub does not accept the token; log in with `hf auth login`, or pass another token",
        FORBIDDEN: "the token has no write access to this repository; ask its owner for access, or pass another token",
    }
    reason = reasons.get(status_of(error) or 0, str(error).strip())
    return HubError(f"{repo_id}: {reason}")


def blob_id(content: bytes) -> str:
    """Return the id of a file in git. See https://git-scm.com/book/en/v2/Git-Internals-Git-Objects."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()
