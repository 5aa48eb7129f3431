"""The categories of a dataset, and the class names of the values in its masks and columns."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from segments_hf.dataset.inputs import input_features
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.io.choices import unknown_choice
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.remote.limited_reading import TooLargeError, read_limited
from segments_hf.io.urls import is_url
from segments_hf.labels.categories import listed_categories, stored_categories
from segments_hf.labels.mask_values import names_of_numbers
from segments_hf.release import Category, parse_reference
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Callable

    from segments_hf.dataset.data_types import Data

T = TypeVar("T")

# The files in a repository on the Hub that describe its classes.
CATEGORIES_FILE = "categories.json"
ID2LABEL_FILE = "id2label.json"

_MAX_BYTES = 64 * 2**20  # maximum size of one of these files
_ID2LABEL: JsonDecoder[dict[int, str]] = JsonDecoder(dict[int, str])


@short_traceback
def categories(
    data: Data, *, config_name: str = "default", token: str | None = None, revision: str | None = None
) -> list[Category]:
    """Return the categories of a dataset or release.

    A dataset of this library keeps its categories after `map`, after `save_to_disk` and after a push to the Hub.

    Args:
        data: A dataset or a stream, or a dict of its splits; a release as `load_release` takes it; or the id of a
            dataset on the Hub, such as ``"jane/flowers"``, whose ``categories.json`` is read. A string is treated as a
            release if it is the path of a file, a URL or ``owner/dataset@name``, or ends with ``.json`` or
            ``.json.gz``.
        config_name: The configuration on the Hub.
        token: The token for the Hub; by default that of the login.
        revision: The branch, tag or commit on the Hub.

    Returns:
        The categories in the order of their ids. The index of a category in this list is its class index.

    Raises:
        SegmentsHFError: The data contain no categories, or have an unsupported type.

    >>> from segments_hf.demo import demo_release
    >>> [category.name for category in categories(demo_release())]
    ['flower', 'leaf']
    """
    if isinstance(data, str) and not _is_release_name(data):
        return _read_on_the_hub(data, CATEGORIES_FILE, config_name, listed_categories, token, revision)
    return stored_categories(input_features(data))


@short_traceback
def id2label(
    data: Data,
    column: str | None = None,
    *,
    config_name: str = "default",
    token: str | None = None,
    revision: str | None = None,
) -> dict[int, str]:
    """Return the class name of each value in a semantic mask or in the semantic labels of points.

    For another column, return the class name of each class index. A dataset keeps these names after `map`, `select`,
    `save_to_disk` and a push to the Hub.

    Args:
        data: A dataset or a stream, or a dict of its splits; a release as `load_release` takes it; or the id of a
            dataset on the Hub, such as ``"jane/flowers"``, whose ``id2label.json`` is read. A string is treated
            as a release in the same cases as in `categories`.
        column: The column whose values are named. By default, it is the semantic mask or the semantic labels of points
            if the dataset has such a column, otherwise the first of `annotations`, `segments_info`, `objects` and
            `labels` that has class names. Omit it for the id of a dataset on the Hub.
        config_name: The configuration on the Hub.
        token: The token for the Hub; by default that of the login.
        revision: The branch, tag or commit on the Hub.

    Returns:
        For a semantic mask or semantic labels of points, the name of each value: 0 is "unlabeled", unless they were
        made with `ignore_index`. For another column, the name of each class index.

    Raises:
        OptionError: `column` is given for the id of a dataset on the Hub.
        SegmentsHFError: The column has no class names, two semantic masks have different class names, or the
            dataset on the Hub has no ``id2label.json``.

    >>> from segments_hf import add_semantic_masks, load_release
    >>> from segments_hf.demo import demo_release
    >>> flowers = load_release(demo_release(), split="train", streaming=True)
    >>> id2label(flowers), id2label(add_semantic_masks(flowers))
    ({0: 'flower', 1: 'leaf'}, {0: 'unlabeled', 1: 'flower', 2: 'leaf'})
    """
    if isinstance(data, str) and not _is_release_name(data):
        if column is not None:
            raise OptionError(
                f"got {column!r} for {data!r}, a dataset on the Hub, whose {ID2LABEL_FILE} names the values of one "
                "column only; pass the dataset that `datasets.load_dataset` returns",
                option="column",
            )
        return _read_on_the_hub(data, ID2LABEL_FILE, config_name, _ID2LABEL.decode, token, revision)
    return names_of_numbers(input_features(data), column)


@short_traceback
def label2id(
    data: Data,
    column: str | None = None,
    *,
    config_name: str = "default",
    token: str | None = None,
    revision: str | None = None,
) -> dict[str, int]:
    """Return the value or class index of each class name: the inverse of `id2label`."""
    names = id2label(data, column, config_name=config_name, token=token, revision=revision)
    return {name: number for number, name in names.items()}


def path_in_repo(name: str, config_name: str) -> str:
    """Return the path in a repository of a file that describes a configuration.

    Files of the configuration ``default`` are in the root folder.
    """
    return name if config_name == "default" else f"{config_name}/{name}"


def _is_release_name(text: str) -> bool:
    """Return whether a text names a release and not a dataset on the Hub."""
    return (
        text.lower().endswith((".json", ".json.gz"))
        or is_url(text)
        or os.path.isfile(os.path.expanduser(text))  # noqa: PTH113  (a Path fails on long names)
        or parse_reference(text) is not None
    )


def _read_on_the_hub(
    repo_id: str,
    name: str,
    config_name: str,
    decode: Callable[[bytes], T],
    token: str | None,
    revision: str | None,
) -> T:
    """Read and decode a JSON file of a dataset on the Hub.

    Raises:
        OptionError: The configuration does not have this file, but others have. The error lists them.
        SegmentsHFError: There is no such dataset, no configuration has this file, or the file cannot be decoded.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import (
        EntryNotFoundError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    path = path_in_repo(name, config_name)
    try:
        file = hf_hub_download(repo_id, path, repo_type="dataset", token=token, revision=revision)
    except (EntryNotFoundError, HFValidationError, RepositoryNotFoundError) as error:
        if isinstance(error, EntryNotFoundError) and not isinstance(error, LocalEntryNotFoundError):
            _check_configs(repo_id, name, config_name, token, revision)
        raise SegmentsHFError(
            f"got {repo_id!r}, expected the path of a release file, or the id of a dataset on the Hub that has "
            f"a {path}: {str(error).splitlines()[0]}"
        ) from error
    try:
        with open(file, "rb") as stream:  # noqa: PTH123  (a path in a cache)
            return decode(read_limited(stream.read, _MAX_BYTES))
    except (JsonError, TooLargeError) as error:
        raise SegmentsHFError(
            f"{repo_id}: got a {path} with other content than `push_to_hub` writes: {error}"
        ) from None


def _check_configs(repo_id: str, name: str, config_name: str, token: str | None, revision: str | None) -> None:
    """Check that no configuration of a dataset on the Hub has the file `name`, which `config_name` does not have.

    Raises:
        OptionError: Some configurations have the file. The error lists them.
    """
    from huggingface_hub import HfApi

    files = HfApi(token=token).list_repo_files(repo_id, repo_type="dataset", revision=revision)
    parts = (path.rpartition("/") for path in sorted(files))
    configs = [folder or "default" for folder, _, file in parts if file == name]  # `default` has no folder
    if configs:
        raise unknown_choice("config_name", config_name, configs, expected=f"a configuration of {repo_id}:")
