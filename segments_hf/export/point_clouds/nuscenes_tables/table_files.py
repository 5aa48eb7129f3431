"""The JSON files of the tables of nuScenes, and the tokens of their records."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from segments_hf.io.disk.atomic import append_line, make_folder
from segments_hf.io.json_codec.json_text import encode_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

TABLES: Final = (
    "attribute",
    "calibrated_sensor",
    "category",
    "ego_pose",
    "instance",
    "log",
    "map",
    "sample",
    "sample_annotation",
    "sample_data",
    "scene",
    "sensor",
    "visibility",
)


def token_of(table: str, *key: object) -> str:
    """Return the token of a record: 32 hexadecimal digits. Each export of the same record has the same token.

    Args:
        table: The name of the table.
        key: Values that identify the record in the table, of types that JSON can represent.

    >>> token_of("sensor", "LIDAR_TOP")
    'd3ec28d30b9ead79aa652bda20bea7dd'
    """
    return hashlib.sha256(encode_json([table, *key])).hexdigest()[:32]


class TableFiles:
    """The JSON files of the tables. Records are written when they are added, and are not kept in memory.

    Args:
        folder: The folder of the files.
    """

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        self._files = {table: folder / f"{table}.json" for table in TABLES}
        self._started = set[str]()  # the tables that have a record
        self._tokens = {table: set[str]() for table in TABLES}

    def add(self, table: str, records: Iterable[Mapping[str, Any]]) -> None:
        """Write records at the end of a table."""
        lines = b",\n".join(encode_json(record) for record in records)
        if lines:
            self._append(table, (b",\n" if table in self._started else b"[\n") + lines)
            self._started.add(table)

    def add_once(self, table: str, record: Mapping[str, Any]) -> None:
        """Write a record, unless this method has already written a record with its token."""
        if record["token"] not in self._tokens[table]:
            self._tokens[table].add(record["token"])
            self.add(table, [record])

    def close(self) -> None:
        """Write the ends of all tables."""
        for table in TABLES:
            self._append(table, b"\n]\n" if table in self._started else b"[]\n")

    def _append(self, table: str, content: bytes) -> None:
        append_line(self._files[table], content)
