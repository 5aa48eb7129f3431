"""A dataset repository of the Hub: its files, and the permission to write."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, field
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

_UNAUTHORIZED, _FORBIDDEN = 401, 403


@dataclass(frozen=True)
class Repository:
    """A branch of a dataset repository, and its client.

    Attributes:
        repo_id: ``owner/name``.
        revision: The branch that is read, and written unless a pull request is made.
        create_pr: Whether a pull request is made.
        private: Whether the repository is private, if it is created.
        token: Who writes.
    """

    repo_id: str
    revision: str | None = None
    create_pr: bool = False
    private: bool | None = None
    token: str = field(default="", repr=False)

    @functools.cached_property
    def api(self) -> HfApi:
        """The client."""
        return HfApi(token=self.token, library_name="segments-hf", library_version=version("segments-hf"))

    @property
    def url(self) -> str:
        """The page of the dataset."""
        return f"{self.api.endpoint}/datasets/{self.repo_id}"

    def head(self) -> str | None:
        """The commit that the branch is at; None where there is no such repository or branch."""
        try:
            info = retry(
                lambda: self.api.repo_info(self.repo_id, repo_type="dataset", revision=self.revision),
                f"read {self.repo_id}",
            )
        except (RepositoryNotFoundError, RevisionNotFoundError):
            return None
        return str(info.sha)

    def files(self, commit: str) -> dict[str, RepoFile]:
        """The files of a commit by their paths."""

        def listed() -> dict[str, RepoFile]:
            from huggingface_hub.hf_api import RepoFile

            entries = self.api.list_repo_tree(self.repo_id, recursive=True, revision=commit, repo_type="dataset")
            return {entry.path: entry for entry in entries if isinstance(entry, RepoFile)}

        return retry(listed, f"list the files of {self.repo_id}")

    def read(self, path: str, commit: str) -> bytes | None:
        """Return the content of a file in a commit; None if there is no such file."""

        def fetched() -> bytes:
            from pathlib import Path

            return Path(self.api.hf_hub_download(self.repo_id, path, repo_type="dataset", revision=commit)).read_bytes()

        try:
            return retry(fetched, f"read {path} of {self.repo_id}")
        except EntryNotFoundError:
            return None

    def create(self) -> None:
        """Create the repository and the branch, if they are not there.

        Raises:
            HubError: The token's owner may not.
        """
        what = f"create {self.repo_id}"
        try:
            retry(
                lambda: self.api.create_repo(self.repo_id, repo_type="dataset", private=self.private, exist_ok=True),
                what,
            )
            if self.revision is not None and not self.revision.startswith("refs/") and self.revision != "main":
                retry(
                    lambda: self.api.create_branch(
                        self.repo_id, branch=str(self.revision), repo_type="dataset", exist_ok=True
                    ),
                    what,
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
    """A repository that may be written to. Changes nothing.

    Args:
        repo_id: ``owner/name``, or the name alone for one of the token's owner.
        revision: The branch.
        create_pr: Whether a pull request will be made.
        private: Whether the repository is to be private, if it is not there.
        token: The token of the writer; by default that of the login.

    Raises:
        OptionError: The id is not valid.
        HubError: There is no token, it is refused or may not write, or another type of repository has this id.
    """
    try:
        validate_repo_id(repo_id)
    except HFValidationError as error:
        raise OptionError(f"got {repo_id!r}, wanted owner/name ({error})", option="repo_id") from None
    token = token or get_token()
    if not token:
        raise HubError(
            f"got no token: log in with `hf auth login`, set HF_TOKEN, or pass {option('token')}; it must be "
            "allowed to write"
        )
    user = _user(HfApi(token=token), repo_id)
    full_id = repo_id if "/" in repo_id else f"{user['name']}/{repo_id}"
    repository = Repository(full_id, revision, create_pr, private, token)
    exists = _exists(repository)
    if not exists:
        _check_may_create(repository, user)
    else:
        _check_may_write(repository)
    return repository


def _user(api: HfApi, repo_id: str) -> Mapping[str, Any]:
    try:
        return retry(api.whoami, "ask the Hub whose token this is")
    except OSError as error:  # of requests or of huggingface_hub, by its version
        if status_of(error) is None:
            raise
        raise refusal(error, repo_id) from error


def _exists(repository: Repository) -> bool:
    try:
        retry(lambda: repository.api.repo_info(repository.repo_id, repo_type="dataset"), f"read {repository.repo_id}")
    except RepositoryNotFoundError:
        return False
    except HfHubHTTPError as error:
        raise refusal(error, repository.repo_id) from error
    return True


def _check_may_create(repository: Repository, user: Mapping[str, Any]) -> None:
    if repository.create_pr:
        raise HubError(
            f"got {option('create_pr', True)} for {repository.repo_id}, which does not exist; push to it without first"
        )
    for other in ("model", "space"):
        exists = functools.partial(repository.api.repo_exists, repository.repo_id, repo_type=other)
        if retry(exists, f"look for {repository.repo_id}"):
            raise HubError(f"{repository.repo_id} is a {other} on the Hub; choose another name for the dataset")
    owner = repository.repo_id.partition("/")[0]
    namespaces = [user["name"], *(org["name"] for org in user.get("orgs", []))]
    if owner not in namespaces:
        raise HubError(
            f"{repository.repo_id} does not exist, or may not be seen, and {user['name']} cannot create it: "
            f"the token may write to {', '.join(namespaces)}"
        )
    access = user.get("auth", {}).get("accessToken") or {}
    if access.get("role") == "read":
        raise HubError(f"the token of {user['name']} may only read; make one that may write")


def _check_may_write(repository: Repository) -> None:
    try:
        # A request that needs the permission to write: how the file would be uploaded. Nothing is uploaded.
        retry(
            lambda: repository.api.preupload_lfs_files(
                repository.repo_id,
                [CommitOperationAdd("README.md", b"?")],
                repo_type="dataset",
                create_pr=repository.create_pr,
            ),
            f"ask to write to {repository.repo_id}",
        )
    except HfHubHTTPError as error:
        raise refusal(error, repository.repo_id) from error


def refusal(error: Exception, repo_id: str) -> HubError:
    """Make the error for a response of the Hub that refuses a push."""
    reasons = {
        _UNAUTHORIZED: "the Hub does not accept the token; log in with `hf auth login` or give another",
        _FORBIDDEN: "the token may not write there; ask for access, or give another",
    }
    reason = reasons.get(status_of(error) or 0, str(error).strip())
    return HubError(f"{repo_id}: {reason}")


def blob_id(content: bytes) -> str:
    """The id that git gives to a file: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()
