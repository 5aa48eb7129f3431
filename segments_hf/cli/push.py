"""``segments-hf push``: push a release as a dataset to the Hugging Face Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from segments_hf.cli import options
from segments_hf.cli.console import print_line, print_result
from segments_hf.cli.help_text import HUB, OUTPUT, SPLITS
from segments_hf.cli.options.option_values import parse_fields, parse_image_range
from segments_hf.cli.split_sizes import print_split_sizes
from segments_hf.errors import OptionError
from segments_hf.io.byte_sizes import bytes_of
from segments_hf.option_names import option

if TYPE_CHECKING:
    from segments_hf.hub.sources.source_splits import Source

EXAMPLES = """\
# Push to a new private repository of the user jane
segments-hf push flowers-v1.0.json jane/flowers --private
# Push images and semantic masks in two splits
segments-hf push flowers-v1.0.json jane/flowers-masks \\
    --layout semantic-segmentation --splits train=0.8,test=0.2
# Push with the machines of the Ray cluster that this machine belongs to
segments-hf push flowers-v1.0.json jane/flowers --engine ray --address auto"""

_SHARD_SIZES = {"local": "500MB", "ray": "2GB"}  # the default of each engine


@options.with_loading_for_push
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
    fields: options.Fields = None,
    private: Annotated[
        bool | None,
        typer.Option(
            "--private/--public",
            help="Make a new repository private or public; by default, the settings of its owner decide. The "
            "visibility of an existing repository is not changed; the push fails if it differs from this option.",
            rich_help_panel=HUB,
        ),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="TOKEN",
            help="A Hub token with write access; by default HF_TOKEN, or else the token of `hf auth login`.",
            rich_help_panel=HUB,
        ),
    ] = None,
    revision: Annotated[
        str | None, typer.Option(metavar="BRANCH", help="The branch to push to; by default main.", rich_help_panel=HUB)
    ] = None,
    config_name: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The name of the configuration of the dataset; by default `default`. If a release has several "
            "sensors, each configuration has the name of its sensor by default, and this option needs --sensor.",
            rich_help_panel=HUB,
        ),
    ] = None,
    max_shard_size: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="The largest size of a shard (one Parquet file); by default 500MB, or 2GB with --engine ray.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    engine: Annotated[
        str,
        options.one_of(
            tuple(_SHARD_SIZES),
            "Where the shards are made and uploaded. local: in processes on this machine. ray: in tasks on a Ray "
            "cluster. With ray, --connections is the largest number of simultaneous requests to one host from all "
            "tasks together.",
            OUTPUT,
        ),
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="The address of the Ray cluster, such as 10.0.0.7:6379; auto for the cluster that this machine "
            "belongs to. Without an address, --engine ray starts Ray on this machine.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    num_proc: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            help="The number of processes that write and upload shards; by default 1.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    commit_message: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="The message of the commits, and the title of a pull request.", rich_help_panel=HUB
        ),
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
    from segments_hf.dataset.sensor_list import opened_releases
    from segments_hf.distributed.cluster import import_ray
    from segments_hf.distributed.release_push import push_on_ray
    from segments_hf.hub.configurations import open_configurations
    from segments_hf.hub.push_plan import plan_push
    from segments_hf.hub.pushing import push as push_sources
    from segments_hf.hub.repository import open_repository
    from segments_hf.hub.sources.source_splits import open_source
    from segments_hf.hub.uploads.process_uploader import ProcessUploader
    from segments_hf.layouts import LayoutOptions

    if quiet:
        datasets.disable_progress_bars()
    layout_options = LayoutOptions(None, palette, parse_image_range(image_range), parse_fields(fields))
    _check_engine(engine, address, num_proc)
    connections = loading["connections"]
    if engine == "ray":
        import_ray()
        del loading["connections"]  # it limits the requests of the tasks, not those of this process
    max_bytes = bytes_of(max_shard_size or _SHARD_SIZES[engine], "max_shard_size")
    releases = opened_releases(release, max_release_bytes=loading["max_release_bytes"])

    def open_sensor(name: str | None) -> Source:
        builder = release_builder(releases, **{**loading, "sensor": name})
        if not quiet:
            print_split_sizes(builder)  # for each sensor, because a sample may lack a sensor
        stream = builder.as_streaming_dataset(split)
        return open_source(stream, layout, num_proc, loading["on_error"], layout_options)

    sources = open_configurations(releases, open_sensor, sensor=loading["sensor"], config_name=config_name)
    repository = open_repository(repo_id, revision=revision, create_pr=create_pr, private=private, token=token)
    if not quiet:
        print_result(plan_push(sources, repository))
    push_options: dict[str, Any] = {
        "max_bytes": max_bytes,
        "commit_message": commit_message,
        "license": license,
    }
    if engine == "ray":
        pushed = push_on_ray(sources, repository, address, connections, **push_options)
    else:
        pushed = push_sources(sources, repository, uploader=ProcessUploader(num_proc), **push_options)
    if quiet:
        print_line(pushed.page)
    else:
        print_result(pushed)


def _check_engine(engine: str, address: str | None, num_proc: int | None) -> None:
    """Check that the options fit the engine.

    Raises:
        OptionError: `num_proc` is passed for the engine ``ray``, or `address` for another engine.
    """
    if engine == "ray" and num_proc is not None:
        raise OptionError(
            f"got {num_proc} together with {option('engine', 'ray')}, which runs one task for each CPU of the cluster; "
            "leave one of the two options out",
            option="num_proc",
        )
    if engine != "ray" and address is not None:
        ray = option("engine", "ray")
        raise OptionError(f"got {address!r} without {ray}; pass {ray}, or leave the address out", option="address")
