"""Write our section of a dataset card about the sensors of a repository: a table, and code that joins their rows."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

import msgspec

from segments_hf.hub.card.card_data import columns_on_hub, splits_on_hub
from segments_hf.hub.card.card_section import (
    json_in_comment,
    known_counts,
    loading_call,
    section_start,
    with_replaced_section,
)
from segments_hf.hub.card.card_tables import count_text, table
from segments_hf.hub.card.row_counts import total
from segments_hf.io.escaping import for_markdown
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.labels import is_point_cloud

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huggingface_hub import DatasetCard

    from segments_hf.release import Sensor

_BEGIN, _END = "<!-- segments-hf sensors: begin -->", "<!-- segments-hf sensors: end -->"
_KEY = ("uuid", "frame_index")  # the columns by which rows of sensors are joined


class _CardSensor(msgspec.Struct):
    """A sensor in the card.

    Attributes:
        name: The name of the sensor.
        task_type: The task type of its labels; empty if it is not known.
    """

    name: str
    task_type: str


_SENSORS: JsonDecoder[dict[str, _CardSensor]] = JsonDecoder(dict[str, _CardSensor])


def with_sensor_section(card: DatasetCard, repo_id: str, pushed: Mapping[str, Sensor]) -> str:
    """Return the text of a card with our section about sensors.

    The section replaces our earlier section about sensors. Without an earlier section, it is added before the first
    section about a pushed configuration. It also lists the sensors of earlier pushes whose configurations are still in
    the YAML.

    Args:
        card: The card, whose YAML and sections about configurations are up to date.
        repo_id: The id of the dataset repository.
        pushed: The pushed sensors by the names of their configurations.
    """
    sensors = {
        **_known_sensors(card.text),
        **{name: _CardSensor(item.name, item.task_type) for name, item in pushed.items()},
    }
    present = {name: item for name, item in sensors.items() if columns_on_hub(card.data, name) is not None}
    parts = [
        _BEGIN,
        "## Sensors",
        "Each sensor has a configuration of its own.",
        _table_of_sensors(card.text, present),
        _join(card, repo_id, list(present)),
        f"<!-- segments-hf sensors: {json_in_comment(present)} -->",
        _END,
    ]
    section = "\n\n".join(part for part in parts if part)
    replaced = with_replaced_section(card.text, _BEGIN, _END, section)
    if replaced is not None:
        return replaced
    start = min(section_start(card.text, name) for name in pushed)
    return f"{card.text[:start]}{section}\n\n{card.text[start:]}"


def _known_sensors(text: str) -> dict[str, _CardSensor]:
    """Return the sensors in the section of an earlier push, by the names of their configurations."""
    found = re.search(r"<!-- segments-hf sensors: ({.+?}) -->", text)
    try:
        return _SENSORS.decode(found[1]) if found else {}
    except JsonError:  # the comment was edited by hand
        return {}


def _table_of_sensors(text: str, sensors: Mapping[str, _CardSensor]) -> str:
    has_other_names = any(name != item.name for name, item in sensors.items())
    header = ["configuration", *(["sensor"] if has_other_names else []), "task type", "rows", "objects"]
    rows = []
    for name, item in sensors.items():
        counts = total(known_counts(text, name).values())
        names = [name, item.name] if has_other_names else [name]
        texts = [for_markdown(value) for value in (*names, item.task_type or "–")]
        rows.append([*texts, f"{counts.rows:,}", count_text(counts.objects, None)])
    return table(header, rows, text_columns=len(header) - 2)


def _join(card: DatasetCard, repo_id: str, names: list[str]) -> str:
    """Return a text with code that joins the rows of two sensors.

    The text is empty if no two sensors have the columns of `_KEY` and a split of the same name.
    """
    columns = {name: columns_on_hub(card.data, name) or [] for name in names}
    pairs = combinations([name for name in names if {*_KEY} <= {*columns[name]}], 2)
    # A pair of a lidar and a camera is the best example.
    for first, second in sorted(pairs, key=lambda pair: len({is_point_cloud(columns[name]) for name in pair}) == 1):
        second_splits = splits_on_hub(card.data, second)
        split = next((split for split in splits_on_hub(card.data, first) if split in second_splits), None)
        if split is not None:
            break
    else:
        return ""
    code = [
        "from datasets import load_dataset",
        "",
        f"first = {loading_call(repo_id, first, split)}",
        f"second = {loading_call(repo_id, second, split)}",
        'row_numbers = {key: number for number, key in enumerate(zip(second["uuid"], second["frame_index"]))}',
        "for row in first:",
        '    number = row_numbers.get((row["uuid"], row["frame_index"]))',
        "    other = None if number is None else second[number]  # the row of the same frame",
    ]
    text = (
        "Rows of two sensors with the same `uuid` and `frame_index` are of the same frame. An object has the same "
        "`track_id` in the annotations of all sensors."
    )
    block = "\n".join(code)
    return f"{text}\n\n```python\n{block}\n```"
