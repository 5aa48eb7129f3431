"""Open, read, merge and close a pull request on the Hub."""

from __future__ import annotations

import functools
import itertools
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from huggingface_hub.errors import HfHubHTTPError

from segments_hf.errors import HubError
from segments_hf.hub.hub_retries import is_transient, retry, status_of
from segments_hf.io.redaction import own_logger

if TYPE_CHECKING:
    from logging import Logger

    from huggingface_hub import Discussion, DiscussionWithDetails

    from segments_hf.hub.repository import Repository

_NOT_FOUND = 404
_SHORTEST_TITLE, _LONGEST_TITLE = 3, 200  # characters, limits of the Hub
_NUM_SEARCHED = 50  # how many of the newest pull requests `_find` reads

logger: Logger = own_logger(__name__)


@dataclass(frozen=True)
class PullRequest:
    """A pull request for the branch ``main``.

    Attributes:
        repository: The repository.
        number: The number of the pull request.
        base: The commit of the branch from which the pull request was opened.
    """

    repository: Repository
    number: int
    base: str

    @functools.cached_property
    def branch(self) -> Repository:
        """The git reference of the pull request, as a branch to read from and to commit to."""
        return replace(self.repository, revision=f"refs/pr/{self.number}", create_pr=False)

    @property
    def url(self) -> str:
        """The URL of the page of the pull request."""
        return f"{self.repository.url}/discussions/{self.number}"

    def can_be_merged(self) -> bool:
        """Return whether the pull request exists, and is neither closed nor merged."""
        try:
            status = retry(lambda: self._details().status, f"read {self.url}")
        except HfHubHTTPError as error:
            if status_of(error) == _NOT_FOUND:
                return False
            raise
        return status in {"draft", "open"}

    def publish(self) -> None:
        """Change the status of the pull request from draft to open. The Hub does not merge drafts."""

        def change() -> None:
            if self._details().status == "draft":
                self.repository.api.change_discussion_status(
                    self.repository.repo_id, self.number, "open", repo_type="dataset"
                )

        retry(change, f"open {self.url}")

    def merge(self) -> str | None:
        """Merge the pull request, and return the merge commit; None if the Hub does not return it.

        Raises:
            HfHubHTTPError: The Hub refuses to merge, for example because of a conflict.
        """

        def merge() -> str | None:
            if self._details().status != "merged":  # the response to an earlier request may have been lost
                self.repository.api.merge_pull_request(self.repository.repo_id, self.number, repo_type="dataset")
            return self._details().merge_commit_oid

        return retry(merge, f"merge {self.url}")

    def close(self, reason: str) -> None:
        """Close the pull request without a merge. An error of the Hub or of the connection is only logged.

        Args:
            reason: The comment.
        """
        try:
            self.repository.api.change_discussion_status(
                self.repository.repo_id, self.number, "closed", comment=reason, repo_type="dataset"
            )
        except Exception as error:
            if status_of(error) is None and not is_transient(error):
                raise
            logger.warning("%s is not used any more and could not be closed; close it on the Hub (%s)", self.url, error)

    def _details(self) -> DiscussionWithDetails:
        return self.repository.api.get_discussion_details(self.repository.repo_id, self.number, repo_type="dataset")


def open_pull_request(repository: Repository, title: str, description: str) -> PullRequest:
    """Open a pull request without commits, as a draft.

    Args:
        repository: The repository.
        title: The title. Only its first line is used. The line is shortened or extended if the Hub does not allow its
            length.
        description: The first comment.

    Raises:
        HfHubHTTPError: The Hub refuses to open the pull request, for example because the repository does not allow pull
            requests.
        HubError: The Hub does not respond, or the pull request has no git reference.
    """
    title = (title.strip().splitlines() or [""])[0][:_LONGEST_TITLE].strip()
    if len(title) < _SHORTEST_TITLE:
        title = f"Push {title}".strip()
    marker = f"Id of the request: {uuid.uuid4().hex}"
    attempts = itertools.count()

    def create() -> Discussion:
        if next(attempts) and (opened := _find(repository, title, marker)) is not None:
            return opened  # by an earlier request, whose response was lost
        return repository.api.create_pull_request(
            repository.repo_id, title, description=f"{description}\n\n{marker}", repo_type="dataset"
        )

    opened = retry(create, f"open a pull request in {repository.repo_id}")
    base = replace(repository, revision=opened.git_reference, create_pr=False).head()
    if base is None:
        raise HubError(f"{repository.repo_id}: {opened.url} has no git reference; run the push again")
    return PullRequest(repository, opened.num, base)


def _find(repository: Repository, title: str, marker: str) -> Discussion | None:
    """Return the newest draft with this title, and with the marker in a comment; None if there is no such draft.

    Only the newest pull requests are searched.
    """
    discussions = repository.api.get_repo_discussions(
        repository.repo_id, discussion_type="pull_request", repo_type="dataset"
    )
    for discussion in itertools.islice(discussions, _NUM_SEARCHED):
        if discussion.title == title and discussion.status == "draft":
            details = repository.api.get_discussion_details(repository.repo_id, discussion.num, repo_type="dataset")
            if any(marker in getattr(event, "content", "") for event in details.events):
                return details
    return None
