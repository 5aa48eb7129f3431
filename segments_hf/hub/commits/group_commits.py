"""Commit a large push in groups of files to a pull request, and merge the pull request at the end of the push."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from huggingface_hub import CommitInfo
from huggingface_hub.errors import HfHubHTTPError

from segments_hf.errors import HubError
from segments_hf.hub.commits.commit import CONFLICT, PRECONDITION_FAILED, MustCommitAgain, make_commit, repeat_commit
from segments_hf.hub.commits.final_files import FinalFiles, changed_paths
from segments_hf.hub.commits.pull_request import PullRequest, open_pull_request
from segments_hf.hub.commits.pushed_shards import GROUP_SIZE, PushedShards
from segments_hf.hub.hub_retries import status_of
from segments_hf.hub.repository import refusal
from segments_hf.io.disk.atomic import remove_file, write_atomically
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.json_codec.json_text import json_line
from segments_hf.io.redaction import own_logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from logging import Logger
    from pathlib import Path

    from huggingface_hub.hf_api import RepoFile

    from segments_hf.hub.repository import Repository
    from segments_hf.hub.uploads.journal import UploadedShard

    MakeOtherFiles: TypeAlias = Callable[[str, Mapping[str, RepoFile]], Mapping[str, bytes]]

_RECORD_NAME = "pull_request.json"  # in the folder of the push
# HTTP statuses with which the Hub refuses to merge a pull request because of its content: the pull request conflicts
# with the branch, or has no changes.
_MERGE_REFUSALS = {400, CONFLICT, PRECONDITION_FAILED, 422}
_DESCRIPTION = (
    "The push changes more than 100 files, so segments-hf commits the changes in groups to this pull request{end} If "
    "the push is interrupted, run it again to continue."
)

logger: Logger = own_logger(__name__)


class _Record(msgspec.Struct, frozen=True):
    """The pull request of an interrupted push.

    Attributes:
        number: The number of the pull request.
        base: The commit of the branch from which the pull request was opened.
    """

    number: int
    base: str


_DECODER: JsonDecoder[_Record] = JsonDecoder(_Record)


class GroupCommits:
    """The commits of a push.

    A push that changes at most 100 files makes one commit. A larger push opens a pull request as a draft, and commits
    groups of at most 100 files to it. The first groups are committed during the upload, because the Hub removes
    uploaded files that no commit contains. At the end, the push merges the pull request, unless the user asked for an
    open pull request. Until the merge, readers of the branch see the files as they were before the push.

    `create_pull_request` of the Hub opens pull requests for the branch ``main`` only. Therefore, a push of any size to
    another branch makes one commit. A push to a repository that does not allow pull requests also makes one commit.

    Args:
        repository: The repository and the branch.
        folder: The folder of the push, which keeps the number of the pull request if the push is interrupted.
        message: The message of the commits and the title of the pull request.
    """

    def __init__(self, repository: Repository, folder: Path, message: str) -> None:
        self._repository = repository
        self._message = message
        self._record_file = folder / _RECORD_NAME
        self._shards = PushedShards()
        self._uncommitted: dict[str, UploadedShard] = {}
        self._may_open_pull_request = repository.revision in {None, "main"}
        self._pull_request = self._recorded_pull_request()

    def add(self, split: str, index: int, shards: Sequence[UploadedShard]) -> None:
        """Add the next uploaded shards of a slice of a split, and commit each group that is complete.

        Args:
            split: The folder and the name of the split, as in `PushedShards`.
            index: The number of the slice, as in `PushedShards`.
            shards: The shards in the order of their rows.

        Raises:
            HubError: The Hub refuses the pull request or the commit.
        """
        self._uncommitted |= self._shards.add(split, index, shards)
        try:
            while self._may_open_pull_request and len(self._uncommitted) >= GROUP_SIZE:
                self._commit_next_group()
        except HfHubHTTPError as error:
            raise refusal(error, self._repository.repo_id) from error

    def commit(self, stale_prefixes: Sequence[str], make_other_files: MakeOtherFiles) -> CommitInfo:
        """Commit all changes of the push that the branch does not have.

        After a concurrent commit, a refused merge or a lost response, this method reads the repository again and
        commits the changes that are missing.

        Args:
            stale_prefixes: The path prefixes of the shards that the push replaces or removes, such as ``data/train-``.
            make_other_files: A function that takes the last commit of the branch and the files of that commit by path.
                It returns the contents of the files other than shards by path.

        Returns:
            The commit, the merge commit, or the last commit of a pull request that the push leaves open. If the push
            changes nothing, this is the last commit of the branch.

        Raises:
            HubError: The Hub refuses the commit or does not respond, or the commit does not contain all shards.
        """
        return repeat_commit(lambda: self._commit(stale_prefixes, make_other_files), self._repository)

    def close(self, reason: str) -> None:
        """Close the pull request if there is one, because the push does not use it any more.

        Args:
            reason: The comment on the pull request.
        """
        if self._pull_request is not None:
            self._pull_request.close(reason)
            self._forget_pull_request()

    def _commit_next_group(self) -> None:
        """Commit the next group of shards to the pull request.

        If there is no pull request, first drop the shards that the branch has, and open a pull request if enough shards
        remain for a group.
        """
        pull_request = self._usable_pull_request()
        if pull_request is None:
            missing = FinalFiles(self._uncommitted).missing_shards(self._repository.files(self._head()))
            self._uncommitted = {path: self._uncommitted[path] for path in missing}
            pull_request = self._open_pull_request() if len(missing) >= GROUP_SIZE else None
        if pull_request is not None:
            group = dict(islice(self._uncommitted.items(), GROUP_SIZE))
            self._commit_group(pull_request, FinalFiles(group))
            for path in group:
                del self._uncommitted[path]

    def _commit(self, stale_prefixes: Sequence[str], make_other_files: MakeOtherFiles) -> CommitInfo:
        pull_request = self._usable_pull_request()
        head = self._head()
        present = self._repository.files(head)
        files = FinalFiles(self._shards.by_path(), stale_prefixes, make_other_files(head, present))
        operations = files.operations(present)
        if pull_request is None and self._may_open_pull_request and len(operations) > GROUP_SIZE:
            pull_request = self._open_pull_request()
        if pull_request is None:
            info = make_commit(self._repository, operations, self._message, head)
        elif operations:
            info = self._finish_pull_request(pull_request, files, head, present)
        else:
            self.close("The branch has all files of the push without this pull request.")
            info = self._commit_info(head)
        if missing := files.missing_shards(self._repository.files(info.oid)):
            raise HubError(
                f"{self._repository.repo_id}: commit {info.oid} does not contain {', '.join(missing[:3])}; check "
                "whether the .gitignore of the repository excludes these files"
            )
        return info

    def _finish_pull_request(
        self, pull_request: PullRequest, files: FinalFiles, head: str, present: Mapping[str, RepoFile]
    ) -> CommitInfo:
        """Commit the files that a pull request does not have, and merge it unless the push leaves it open.

        Args:
            pull_request: The pull request.
            files: The files of the push, made for the last commit of the branch.
            head: The last commit of the branch.
            present: The files of this commit by path.

        Raises:
            MustCommitAgain: Another commit changed files of the push on the branch, or the Hub refuses to merge.
        """
        if pull_request.base != head:
            before = self._repository.files(pull_request.base)
            if files.changes_any(changed_paths(before, present)):
                raise self._close_unmerged("another commit changed files of the push on the branch")
        while self._commit_group(pull_request, files) is not None:
            pass
        pull_request.publish()
        if self._repository.create_pr:
            return self._commit_info(self._head_of(pull_request.branch), pull_request.url)
        try:
            merged = pull_request.merge() or self._head()
        except HfHubHTTPError as error:
            if status_of(error) not in _MERGE_REFUSALS:
                raise
            answer = " ".join(str(error).split())
            raise self._close_unmerged("the Hub did not merge the pull request", f" ({answer})") from error
        if files.operations(self._repository.files(merged)):
            raise MustCommitAgain("another commit changed files of the push just before the merge")
        return self._commit_info(merged)

    def _commit_group(self, pull_request: PullRequest, files: FinalFiles) -> CommitInfo | None:
        """Commit at most 100 of the changes that a pull request does not have; return None if it has all changes."""

        def commit() -> CommitInfo | None:
            head = self._head_of(pull_request.branch)
            operations = files.operations(pull_request.branch.files(head))[:GROUP_SIZE]
            return make_commit(pull_request.branch, operations, self._message, head) if operations else None

        return repeat_commit(commit, self._repository)

    def _close_unmerged(self, reason: str, answer: str = "") -> MustCommitAgain:
        """Close the pull request, and return the error after which the push continues without it.

        Args:
            reason: The reason, for the comment on the pull request and for the error.
            answer: The answer of the Hub, for the error only.
        """
        self.close(f"{reason[0].upper()}{reason[1:]}. The push continues without this pull request.")
        return MustCommitAgain(f"{reason}{answer}")

    def _usable_pull_request(self) -> PullRequest | None:
        """Return the pull request of the push; None if the push has not opened it, or if it was closed or merged."""
        if self._pull_request is not None and not self._pull_request.can_be_merged():
            self._forget_pull_request()
        return self._pull_request

    def _open_pull_request(self) -> PullRequest | None:
        """Open a pull request and record it; return None if the Hub refuses one that the user did not ask for."""
        end = "." if self._repository.create_pr else ", which it merges at the end."
        try:
            self._pull_request = open_pull_request(self._repository, self._message, _DESCRIPTION.format(end=end))
        except HfHubHTTPError as error:
            if self._repository.create_pr:
                raise
            self._may_open_pull_request = False
            answer = " ".join(str(error).split())
            logger.warning("no pull request could be opened (%s); the push makes one commit instead", answer)
            return None
        write_atomically(self._record_file, json_line(_Record(self._pull_request.number, self._pull_request.base)))
        return self._pull_request

    def _recorded_pull_request(self) -> PullRequest | None:
        """Return the pull request of an interrupted push; None if the folder of the push has no record of it."""
        try:
            record = _DECODER.decode(self._record_file.read_bytes())
        except (FileNotFoundError, JsonError):
            return None
        return PullRequest(self._repository, record.number, record.base)

    def _forget_pull_request(self) -> None:
        self._pull_request = None
        remove_file(self._record_file)

    def _head(self) -> str:
        """Return the last commit of the branch."""
        return self._head_of(self._repository)

    def _head_of(self, branch: Repository) -> str:
        head = branch.head()
        if head is None:
            raise HubError(
                f"{branch.repo_id}: the repository or its branch {branch.revision or 'main'!r} was removed during the "
                "push; run the push again"
            )
        return head

    def _commit_info(self, commit: str, pull_request_url: str | None = None) -> CommitInfo:
        return CommitInfo(
            commit_url=f"{self._repository.url}/commit/{commit}",
            commit_message=self._message,
            commit_description="",
            oid=commit,
            pr_url=pull_request_url,
        )
