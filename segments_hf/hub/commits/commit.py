"""Make a commit, and repeat it after concurrent commits, lost responses and temporary errors of the Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from segments_hf.errors import HubError
from segments_hf.hub.hub_retries import PAUSES, is_transient, status_of, wait
from segments_hf.hub.repository import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from huggingface_hub import CommitInfo

    from segments_hf.hub.commits.final_files import Operation
    from segments_hf.hub.repository import Repository

# HTTP statuses: 409 if another commit is running, 412 if another commit was made after the branch was read.
CONFLICT, PRECONDITION_FAILED = 409, 412

T = TypeVar("T")


class MustCommitAgain(Exception):  # noqa: N818  (not raised to users)
    """Another commit changed files of the push on the branch, or the Hub did not merge the pull request of the push."""


def repeat_commit(attempt: Callable[[], T], repository: Repository) -> T:
    """Call a function that commits, and call it again after a concurrent commit, a lost response or a temporary error.

    The function is also called again if the Hub did not merge the pull request of the push.

    Args:
        attempt: The function. It reads the repository, and commits the changes that are missing.
        repository: The repository.

    Returns:
        The result of the function.

    Raises:
        HubError: The Hub refuses the commit, or the last attempt failed.
    """
    action = f"commit to {repository.repo_id}"
    for pause in (*PAUSES, None):
        try:
            return attempt()
        except HubError:
            raise
        except Exception as error:
            is_conflict = isinstance(error, MustCommitAgain) or status_of(error) in {CONFLICT, PRECONDITION_FAILED}
            if not is_conflict and not is_transient(error):
                if status_of(error) is None:
                    raise
                raise refusal(error, repository.repo_id) from error
            if pause is None:
                raise HubError(f"{action}: {error}; run the push again to resume it") from error
            wait(error, pause / 8 if is_conflict else pause, action)
    raise AssertionError  # unreachable: the last attempt returns or raises


def make_commit(repository: Repository, operations: Sequence[Operation], message: str, parent: str) -> CommitInfo:
    """Make one commit on a branch, or open a pull request with one commit if the push opens a pull request.

    Args:
        repository: The repository and the branch.
        operations: The changes. Without changes, no commit is made, and the last commit of the branch is returned.
        message: The first line of the commit message.
        parent: The commit to which the changes are applied. The Hub refuses the changes if the branch has a later
            commit.

    Raises:
        HubError: The Hub did not respond to a request for a pull request. The request is not repeated, because a
            second request could open a second pull request.
    """
    try:
        return repository.api.create_commit(
            repository.repo_id,
            operations,
            commit_message=message,
            repo_type="dataset",
            revision=repository.revision,
            create_pr=repository.create_pr,
            parent_commit=parent,
        )
    except Exception as error:
        if repository.create_pr and is_transient(error) and status_of(error) is None:
            raise HubError(
                f"commit to {repository.repo_id}: got no response ({error}); check on the Hub whether the pull request "
                "exists"
            ) from error
        raise
