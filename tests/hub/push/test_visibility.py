"""A push does not change the visibility of an existing repository, and knows it before anything is uploaded."""

from __future__ import annotations

import pytest

import segments_hf
from hub.demo_push import REPO, demo
from hub.server.hub_server import HubServer
from segments_hf.errors import OptionError
from segments_hf.hub.repository import open_repository


@pytest.mark.parametrize("is_private", [True, False], ids=["existing private repo", "existing public repo"])
def test_push_with_another_visibility_than_the_existing_repo_raises_error_and_uploads_nothing(
    hub: HubServer, *, is_private: bool
) -> None:
    hub.add_repo(REPO, private=is_private)
    commits = len(hub.trees)
    with pytest.raises(OptionError, match=f"private: {REPO} exists"):
        segments_hf.push_to_hub(demo(), "flowers", private=not is_private)
    assert len(hub.trees) == commits
    assert not hub.objects
    segments_hf.push_to_hub(demo(), REPO, private=is_private)
    assert hub.repos["datasets", REPO].private == is_private


@pytest.mark.parametrize(
    ("existing_is_private", "private", "text"),
    [
        (True, None, "private"),
        (False, None, "public"),
        (None, True, "new, private"),
        (None, False, "new, public"),
        (None, None, "new, public or private by the settings of jane"),
    ],
)
def test_visibility_is_known_before_the_push(
    hub: HubServer, existing_is_private: bool | None, private: bool | None, text: str
) -> None:
    if existing_is_private is not None:
        hub.add_repo(REPO, private=existing_is_private)
    assert open_repository(REPO, private=private).visibility.startswith(text)
