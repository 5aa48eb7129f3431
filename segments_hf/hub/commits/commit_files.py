"""Make the files of a push other than shards: the card, two JSON files about the classes, and the contact sheet."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from segments_hf.dataset.class_info import CATEGORIES_FILE, ID2LABEL_FILE, path_in_repo
from segments_hf.dataset.row_map import without_decoding
from segments_hf.drawing.classes import classes_of
from segments_hf.drawing.contact_sheet import draw_sheet
from segments_hf.errors import SegmentsHFError
from segments_hf.hub.card.card_data import kept_splits, license_of, split_path, splits_on_hub, update_card_data
from segments_hf.hub.card.card_section import README, SHEET, CardFacts, known_counts, parse_card, with_section
from segments_hf.hub.card.row_counts import Tally
from segments_hf.hub.card.sensor_section import with_sensor_section
from segments_hf.hub.commits.final_files import is_of_split
from segments_hf.io.disk.atomic import write_atomically
from segments_hf.io.json_codec.json_text import indented_json
from segments_hf.labels import is_point_cloud
from segments_hf.labels.categories import categories_json, stored_categories
from segments_hf.labels.mask_values import names_of_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from huggingface_hub import DatasetCard
    from huggingface_hub.hf_api import RepoFile

    from segments_hf.hub.repository import Repository
    from segments_hf.hub.sources.source_splits import Source
    from segments_hf.hub.uploads.split_upload import UploadedSplit
    from segments_hf.release import Category

SHEET_ROWS = 12  # the largest number of rows of the dataset that a contact sheet shows


@dataclass(frozen=True)
class PushedConfiguration:
    """One configuration of a push, whose shards are uploaded.

    Attributes:
        name: The name of the configuration.
        source: The data of the configuration.
        splits: The uploaded splits by name.
        sheet: The contact sheet as a JPEG; None if it cannot be drawn.
    """

    name: str
    source: Source
    splits: Mapping[str, UploadedSplit]
    sheet: bytes | None

    def stale_prefixes(self, card: DatasetCard) -> list[str]:
        """Return the path prefixes of the shards that the push replaces or removes.

        Args:
            card: The card on the Hub.
        """
        on_hub = splits_on_hub(card.data, self.name) if self.source.is_whole else []
        return [f"{split_path(self.name, split)}-" for split in sorted({*self.splits, *on_hub})]

    def class_files_and_sheet(self) -> dict[str, bytes]:
        """Return the contents of the files about classes and of the contact sheet, by path."""
        files = {}
        if classes := _categories(self.source):
            files[path_in_repo(CATEGORIES_FILE, self.name)] = categories_json(classes)
        with contextlib.suppress(SegmentsHFError):  # raised if no column has classes
            numbers = indented_json(names_of_numbers(self.source.features))
            files[path_in_repo(ID2LABEL_FILE, self.name)] = numbers
        if self.sheet is not None:
            files[path_in_repo(SHEET, self.name)] = self.sheet
        return files

    def update_card(
        self,
        card: DatasetCard,
        repo_id: str,
        present: Mapping[str, RepoFile],
        license: str | None,  # noqa: A002
    ) -> None:
        """Update the YAML and our section about this configuration in a card.

        Args:
            card: The card, which is changed.
            repo_id: The id of the repository.
            present: The files of the last commit by path.
            license: The license; None to keep the license of the card.
        """
        source, name = self.source, self.name
        kept = kept_splits(card.data, name, self.splits, source.features, is_whole=source.is_whole)
        counts = known_counts(card.text, name)
        splits = {split: counts.get(split, Tally(info.num_examples, info.num_bytes)) for split, info in kept.items()}
        sizes = {split: _size_of(present, f"{split_path(name, split)}-") for split in kept}
        for split, uploaded in self.splits.items():
            splits[split], sizes[split] = uploaded.tally, uploaded.size
        update_card_data(
            card.data,
            config_name=name,
            features=source.features,
            splits=splits,
            sizes=sizes,
            layout=source.layout,
            license=license,
        )
        facts = CardFacts(
            repo_id,
            name,
            source.info.description or "",
            source.info.homepage or "",
            source.features,
            source.layout,
            _categories(source),
            splits,
            sizes,
            self.sheet is not None,
            license_of(card.data),
        )
        card.text = with_section(card.text, facts)


@dataclass(frozen=True)
class CommitFiles:
    """The files of a push other than shards.

    Attributes:
        configurations: The configurations.
        repository: The repository.
        license: The license; None to keep the license of the card.
    """

    configurations: Sequence[PushedConfiguration]
    repository: Repository
    license: str | None

    def stale_prefixes(self) -> list[str]:
        """Return the path prefixes of the shards that the push replaces or removes."""
        head = self.repository.head()
        card = parse_card(self.repository.read(README, head) if head else None, self.repository.repo_id)
        return [prefix for item in self.configurations for prefix in item.stale_prefixes(card)]

    def other_files(self, head: str, present: Mapping[str, RepoFile]) -> dict[str, bytes]:
        """Return the contents of the files other than shards, by path.

        Args:
            head: The last commit of the branch.
            present: The files of the last commit by path.
        """
        repo_id = self.repository.repo_id
        card = parse_card(self.repository.read(README, head), repo_id)
        files: dict[str, bytes] = {}
        for item in self.configurations:
            item.update_card(card, repo_id, present, self.license)
            files |= item.class_files_and_sheet()
        sensors = {item.name: item.source.sensor for item in self.configurations if item.source.sensor is not None}
        if sensors:
            card.text = with_sensor_section(card, repo_id, sensors)
        return {README: str(card).encode(), **files}


def make_sheet(source: Source, folder: Path) -> bytes | None:
    """Draw a contact sheet of the first rows, or read the contact sheet that an interrupted push has drawn.

    Args:
        source: The data of a configuration.
        folder: The folder of the configuration in the folder of the push. The sheet is kept in it, for a resumed push.

    Returns:
        The sheet as a JPEG; None if it cannot be drawn, or if the first split has no rows.
    """
    file = folder / SHEET
    if file.exists():
        return file.read_bytes()
    if not _categories(source) or source.sheet_rows is None:
        return None
    rows = list(islice(without_decoding(source.sheet_rows), SHEET_ROWS))
    # A cuboid that cannot be drawn does not stop the push, because it is pushed unchanged.
    policy = "keep" if is_point_cloud(source.sheet_rows.features) else source.on_error
    picture = draw_sheet(rows, classes_of(source.sheet_rows), policy) if rows else None
    if picture is None:
        return None
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    write_atomically(file, buffer.getvalue())
    return buffer.getvalue()


def _categories(source: Source) -> list[Category]:
    with contextlib.suppress(SegmentsHFError):  # raised if the features contain no categories, as for texts
        return stored_categories(source.features)
    return []


def _size_of(present: Mapping[str, RepoFile], prefix: str) -> int:
    return sum(file.size for path, file in present.items() if is_of_split(path, [prefix]))
