"""``segments-hf push``: a release as a dataset on the Hub."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_line, print_result


@options.with_loading
def push(
    release: options.Release,
    repo_id: Annotated[str, typer.Argument(help="The dataset on the Hub: owner/name.")],
    layout: Annotated[str | None, typer.Option(help="The layout, such as semantic-segmentation.")] = None,
    image_range: Annotated[
        str | None,
        typer.Option(
            metavar="LOW,HIGH",
            help="The pixel values that become black and white in images of more than 8 bits, such as 0,4095.",
        ),
    ] = None,
    private: Annotated[
        bool | None, typer.Option("--private/--public", help="Whether a new repository is private.")
    ] = None,
    token: Annotated[str | None, typer.Option(help="The token of the writer; by default that of the login.")] = None,
    revision: Annotated[str | None, typer.Option(help="The branch to write to.")] = None,
    config_name: Annotated[str, typer.Option(help="The configuration.")] = "default",
    max_shard_size: Annotated[str, typer.Option(help="The size of a shard at most.")] = "500MB",
    num_proc: Annotated[int | None, typer.Option(min=1, help="How many processes write and upload.")] = None,
    commit_message: Annotated[str | None, typer.Option(help="The message of the commit.")] = None,
    license: Annotated[str | None, typer.Option(help="The license, such as cc-by-4.0.")] = None,  # noqa: A002
    split: Annotated[str | None, typer.Option(help="The split to push; by default all of them.")] = None,
    *,
    create_pr: Annotated[bool, typer.Option("--create-pr", help="Make a pull request.")] = False,
    loading: dict[str, Any],
    quiet: options.Quiet = False,
) -> None:
    """Push a release to the Hub: shards, class names, a card. An interrupted push resumes."""
    import datasets
    from huggingface_hub.utils import disable_progress_bars

    from segments_hf.dataset.load import load_release
    from segments_hf.hub.parts import open_source
    from segments_hf.hub.pushing import push as push_source
    from segments_hf.hub.repository import open_repository

    if quiet:
        datasets.disable_progress_bars()
        disable_progress_bars()
    value_range = options.parse_image_range(image_range)
    stream = load_release(
        release,
        split=split,
        streaming=True,
        **loading,
    )
    pushed = push_source(
        open_source(stream, layout, num_proc, loading["on_error"], value_range),
        open_repository(repo_id, revision=revision, create_pr=create_pr, private=private, token=token),
        config_name=config_name,
        max_shard_size=max_shard_size,
        num_proc=num_proc,
        commit_message=commit_message,
        license=license,
    )
    if quiet:
        print_line(pushed.page)
    else:
        print_result(pushed)
