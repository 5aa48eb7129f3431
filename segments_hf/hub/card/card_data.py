"""Update the YAML of a card, which the Hub and `datasets` read.

See https://huggingface.co/docs/hub/datasets-cards and https://huggingface.co/docs/hub/datasets-manual-configuration
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import datasets
from datasets import DatasetInfo, SplitDict, SplitInfo

from segments_hf.errors import HubError, OptionError
from segments_hf.hub.compat import DatasetInfosDict, MetadataConfigs
from segments_hf.labels import is_point_cloud, label_type_of
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datasets import Features
    from huggingface_hub import CardData

    from segments_hf.hub.card.row_counts import Tally
    from segments_hf.layouts import Layout

# The size categories of the Hub. The number of rows of a dataset is less than the number before its category.
_SIZE_CATEGORIES = (
    *((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M")),
    *((10**8, "10M<n<100M"), (10**9, "100M<n<1B"), (10**10, "1B<n<10B"), (10**11, "10B<n<100B")),
    (10**12, "100B<n<1T"),
)
_TAG = "segments.ai"
_POINT_CLOUD_TAGS = ("3d", "point-cloud")  # the Hub has no task categories for point clouds


def update_card_data(
    data: CardData,
    *,
    config_name: str,
    features: Features,
    splits: Mapping[str, Tally],
    sizes: Mapping[str, int],
    layout: Layout | None,
    license: str | None,  # noqa: A002  (as the Hub calls it)
) -> None:
    """Update the YAML of a card for a configuration, and keep the entries of other configurations.

    Args:
        data: The YAML of the card, which is changed.
        config_name: The name of the configuration.
        features: The columns of the configuration.
        splits: The counts of each split.
        sizes: The size of the files of each split in bytes.
        layout: The layout of the columns; None if they are not in a layout.
        license: The license; None to keep the license of the card.
    """
    splits_info = SplitDict()
    for name, tally in splits.items():
        splits_info.add(SplitInfo(name=name, num_bytes=tally.num_bytes, num_examples=tally.rows))
    info = DatasetInfo(
        config_name=config_name,
        features=features,
        splits=splits_info,
        download_size=sum(sizes.values()),
        dataset_size=sum(tally.num_bytes for tally in splits.values()),
    )
    _remove(data, "dataset_info", config_name)
    DatasetInfosDict({config_name: info}).to_dataset_card_data(data)
    files = [{"split": name, "path": f"{split_path(config_name, name)}-*"} for name in splits]
    MetadataConfigs({config_name: {"data_files": files}}).to_dataset_card_data(data)
    task, task_id = _task(features, layout)
    tags = [("tags", tag) for tag in _tags(features, layout)]
    for key, value in (("task_categories", task), ("task_ids", task_id), *tags):
        setattr(data, key, _with_value(data.get(key), value))
    rows = sum(split.num_examples for info in _infos(data).values() for split in (info.splits or {}).values())
    data["size_categories"] = [next((name for limit, name in _SIZE_CATEGORIES if rows < limit), "n>1T")]
    if license is not None:
        data["license"] = license


def kept_splits(
    data: CardData,
    config_name: str,
    splits: Sequence[str] | Mapping[str, Any],
    features: Features,
    *,
    is_whole: bool,
) -> dict[str, SplitInfo]:
    """Return the splits of a configuration that a push keeps.

    Args:
        data: The YAML of the card.
        config_name: The name of the configuration.
        splits: The splits that are pushed.
        features: The columns that are pushed.
        is_whole: Whether the push replaces all splits of the configuration.

    Raises:
        OptionError: The kept splits have other columns or classes than the pushed splits.
        HubError: The YAML cannot be read.
    """
    info = _infos(data).get(config_name)
    if info is None or is_whole:
        return {}
    kept = {name: split for name, split in (info.splits or {}).items() if name not in splits}
    if kept and info.features != features:
        raise OptionError(
            f"{'the split' if len(kept) == 1 else 'each of the splits'} {', '.join(map(repr, kept))} of "
            f"{config_name!r} on the Hub has other columns or classes than the push; push all splits together, or "
            f"choose another {option('config_name')}",
            option="config_name",
        )
    return kept


def license_of(data: CardData) -> str:
    """Return the license in the YAML of a card, or the licenses with commas between them; empty without a license."""
    value = data.get("license") or ""
    if value == "other":  # the value on the Hub for a license that is not in its list
        value = data.get("license_name") or value
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def splits_on_hub(data: CardData, config_name: str) -> list[str]:
    """Return the names of the splits that a configuration has on the Hub."""
    info = _infos(data).get(config_name)
    return [] if info is None else list(info.splits or {})


def columns_on_hub(data: CardData, config_name: str) -> list[str] | None:
    """Return the names of the columns that a configuration has on the Hub; None if there is no such configuration."""
    info = _infos(data).get(config_name)
    return None if info is None else list(info.features or {})


def split_path(config_name: str, split: str) -> str:
    """Return the beginning of the paths of all shards of a split: the folder and the split, such as ``data/train``.

    The `push_to_hub` of `datasets` uses the same folders.
    """
    return f"{'data' if config_name == 'default' else config_name}/{split}"


def _infos(data: CardData) -> DatasetInfosDict:
    """Return the `dataset_info` of each configuration. `configs` is parsed only to check that it can be updated."""
    try:
        MetadataConfigs.from_dataset_card_data(data)
        return DatasetInfosDict.from_dataset_card_data(data)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise HubError(
            f"datasets {datasets.__version__} cannot read configs and dataset_info in the YAML of README.md on the "
            f"Hub; correct them, or install a newer version of datasets: {' '.join(str(error).split())}"
        ) from error


def _remove(data: CardData, key: str, config_name: str) -> None:
    """Remove the entry of a configuration from the YAML, because `datasets` would keep some values of the old entry."""
    entries = getattr(data, key, None)
    if isinstance(entries, list):
        entries[:] = [item for item in entries if item.get("config_name") != config_name]
    if entries == [] or (isinstance(entries, dict) and entries.get("config_name", "default") == config_name):
        delattr(data, key)


def _task(features: Features, layout: Layout | None) -> tuple[str | None, str | None]:
    if layout is not None:
        return layout.hub_task
    label_type = label_type_of(features)
    return (None, None) if label_type is None else label_type.hub_task


def _tags(features: Features, layout: Layout | None) -> tuple[str, ...]:
    has_clouds = is_point_cloud(features) if layout is None else layout.task.startswith("point-cloud")
    return (_TAG, *_POINT_CLOUD_TAGS) if has_clouds else (_TAG,)


def _with_value(values: str | Sequence[str] | None, value: str | None) -> list[str] | None:
    existing = [values] if isinstance(values, str) else list(values or [])
    return [*existing, *([value] if value and value not in existing else [])] or None
