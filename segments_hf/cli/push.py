"""``segments-hf push``: push a release as a dataset to the Hugging Face Hub."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_line, print_result
from segments_hf.cli.split_sizes import print_split_sizes


@options.with_loading
def push(
    release: options.Release,
    repo_id: Annotated[
        str, typer.Argument(help="The repository on the Hub: owner/name, or name for a repository of your own.")
    ],
    layout: Annotated[
        str | None,
        typer.Option(help="Push rows in a layout such as object-detection instead of the rows of load_release."),
    ] = None,
    image_range: Annotated[
        str | None,
        typer.Option(
            metavar="LOW,HIGH",
            help="The pixel values that become black and white, such as 0,4095, when a layout converts images "
            "of more than 8 bits.",
        ),
    ] = None,
    private: Annotated[
        bool | None,
        typer.Option(
            "--private/--public",
            help="Make a new repository private or public; by default the owner's setting.",
        ),
    ] = None,
    token: Annotated[
        str | None, typer.Option(help="A Hub token with write access; by default the token of `hf auth login`.")
    ] = None,
    revision: Annotated[str | None, typer.Option(help="The branch to push to; by default main.")] = None,
    config_name: Annotated[str, typer.Option(help="The name of the configuration of the dataset.")] = "default",
    max_shard_size: Annotated[str, typer.Option(help="The largest size of a shard (one Parquet file).")] = "500MB",
    num_proc: Annotated[
        int | None, typer.Option(min=1, help="The number of processes that write and upload shards; by default 1.")
    ] = None,
    commit_message: Annotated[str | None, typer.Option(help="The message of the commit.")] = None,
    license: Annotated[  # noqa: A002
        str | None, typer.Option(help="The license in the dataset card, such as cc-by-4.0.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="The split to push; by default all splits.")] = None,
    *,
    create_pr: Annotated[
        bool, typer.Option("--create-pr", help="Open a pull request; by default commit to the branch.")
    ] = False,
    loading: dict[str, Any],
    quiet: options.Quiet = False,
) -> None:
    """Push a release to the Hub as Parquet shards with class names and a dataset card.

    Run the same command again to resume an interrupted push.
    """
    import datasets

    from segments_hf.dataset.load import release_builder
    from segments_hf.hub.parts import open_source
    from segments_hf.hub.push_plan import plan_push
    from segments_hf.hub.pushing import push as push_source
    from segments_hf.hub.repository import open_repository

    if quiet:
        datasets.disable_progress_bars()
    value_range = options.parse_image_range(image_range)
    builder = release_builder(release, **loading)
    if not quiet:
        print_split_sizes(builder)
    stream = builder.as_streaming_dataset(split)
    source = open_source(stream, layout, num_proc, loading["on_error"], value_range)
    repository = open_repository(repo_id, revision=revision, create_pr=create_pr, private=private, token=token)
    if not quiet:
        print_result(plan_push(source, repository))
    pushed = push_source(
        source,
        repository,
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
