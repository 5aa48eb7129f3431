"""``segments-hf push``: push a release as a dataset to the Hugging Face Hub."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_line, print_result
from segments_hf.cli.help_text import HUB, OUTPUT, SPLITS
from segments_hf.cli.options.option_values import parse_image_range
from segments_hf.cli.split_sizes import print_split_sizes
from segments_hf.io.byte_sizes import bytes_of

EXAMPLES = """\
# Push to a new private repository of the user jane
segments-hf push flowers-v1.0.json jane/flowers --private
# Push images and semantic masks in two splits
segments-hf push flowers-v1.0.json jane/flowers-masks \\
    --layout semantic-segmentation --splits train=0.8,test=0.2"""


@options.with_loading
def push(
    release: options.Release,
    repo_id: Annotated[
        str,
        typer.Argument(
            metavar="REPO_ID", help="The repository on the Hub: owner/name, or name for a repository of your own."
        ),
    ],
    layout: options.Layout = None,
    image_range: options.ImageRange = None,
    private: Annotated[
        bool | None,
        typer.Option(
            "--private/--public",
            help="Make a new repository private or public; by default the owner's setting. The visibility of an "
            "existing repository is not changed; a different one is an error.",
            rich_help_panel=HUB,
        ),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="TOKEN",
            help="A Hub token with write access; by default the token of `hf auth login`.",
            rich_help_panel=HUB,
        ),
    ] = None,
    revision: Annotated[
        str | None, typer.Option(metavar="BRANCH", help="The branch to push to; by default main.", rich_help_panel=HUB)
    ] = None,
    config_name: Annotated[
        str,
        typer.Option(metavar="NAME", help="The name of the configuration of the dataset.", rich_help_panel=HUB),
    ] = "default",
    max_shard_size: Annotated[
        str,
        typer.Option(metavar="SIZE", help="The largest size of a shard (one Parquet file).", rich_help_panel=OUTPUT),
    ] = "500MB",
    num_proc: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            min=1,
            help="The number of processes that write and upload shards; by default 1.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    commit_message: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The message of the commit.", rich_help_panel=HUB)
    ] = None,
    license: Annotated[  # noqa: A002
        str | None,
        typer.Option(
            metavar="LICENSE", help="The license in the dataset card, such as cc-by-4.0.", rich_help_panel=HUB
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The split to push; by default all splits.", rich_help_panel=SPLITS),
    ] = None,
    *,
    palette: options.Palette = True,
    create_pr: Annotated[
        bool,
        typer.Option("--create-pr", help="Open a pull request; by default commit to the branch.", rich_help_panel=HUB),
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
    from segments_hf.hub.uploads.process_uploader import ProcessUploader

    if quiet:
        datasets.disable_progress_bars()
    value_range = parse_image_range(image_range)
    max_bytes = bytes_of(max_shard_size, "max_shard_size")
    builder = release_builder(release, **loading)
    if not quiet:
        print_split_sizes(builder)
    stream = builder.as_streaming_dataset(split)
    source = open_source(stream, layout, num_proc, loading["on_error"], value_range, palette=palette)
    repository = open_repository(repo_id, revision=revision, create_pr=create_pr, private=private, token=token)
    if not quiet:
        print_result(plan_push(source, repository))
    pushed = push_source(
        source,
        repository,
        config_name=config_name,
        max_bytes=max_bytes,
        uploader=ProcessUploader(num_proc),
        commit_message=commit_message,
        license=license,
    )
    if quiet:
        print_line(pushed.page)
    else:
        print_result(pushed)
