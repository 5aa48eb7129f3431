"""Write our section of a dataset card, the README.md on the Hub. Text outside our section is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import yaml
from huggingface_hub import DatasetCard

from segments_hf.dataset.class_info import path_in_repo
from segments_hf.dataset.origin import split_origin
from segments_hf.errors import HubError
from segments_hf.hub.row_counts import Tally
from segments_hf.io.escaping import for_markdown, for_markdown_link, printable, well_formed
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.json_codec.json_text import compact_json
from segments_hf.labels import label_type_of
from segments_hf.labels.categories import class_colors, class_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datasets import Features

    from segments_hf.layouts import Layout
    from segments_hf.release import Category

README = "README.md"
SHEET = "contact_sheet.jpg"

K = TypeVar("K")

_TALLIES: JsonDecoder[dict[str, Tally]] = JsonDecoder(dict[str, Tally])


@dataclass(frozen=True)
class CardFacts:
    """The facts in our section of a card, which is about one configuration.

    Attributes:
        repo_id: The id of the dataset repository.
        config_name: The name of the configuration.
        description: The description of the dataset, followed by the origin of its labels.
        homepage: The page of the dataset on Segments.ai; empty if it is not known.
        features: The columns.
        layout: The layout of the columns; None if they are not in a layout.
        categories: The categories; empty if they are not known.
        splits: The counts of each split.
        sizes: The size of the files of each split in bytes.
        has_sheet: Whether the repository has a contact sheet.
    """

    repo_id: str
    config_name: str
    description: str
    homepage: str
    features: Features
    layout: Layout | None
    categories: Sequence[Category]
    splits: Mapping[str, Tally]
    sizes: Mapping[str, int]
    has_sheet: bool


def parse_card(content: bytes | None, repo_id: str) -> DatasetCard:
    """Parse a card, or return an empty card if the content is None.

    Raises:
        HubError: The YAML of the card cannot be read.
    """
    try:
        text = (content or b"").decode("utf-8-sig").replace("\r\n", "\n").lstrip("\n")
        # `huggingface_hub` logs a warning for a card without YAML.
        return DatasetCard(text if text.startswith("---\n") else f"---\n{{}}\n---\n{text}")
    except (ValueError, yaml.YAMLError) as error:
        raise HubError(
            f"{repo_id}: the YAML of README.md on the Hub cannot be read; correct it before the push: "
            + " ".join(str(error).split())
        ) from error


def with_section(text: str, facts: CardFacts) -> str:
    """Return the text of a card with our section about a configuration, which replaces an earlier section.

    A new section is added at the end.

    Args:
        text: The text of the card without the YAML.
        facts: The facts in the section.
    """
    begin, end = (f"<!-- segments-hf: {word} {_in_comment(facts.config_name)} -->" for word in ("begin", "end"))
    section = f"{begin}\n{_section(facts)}\n{end}"
    # Only the nearest pair of marks is replaced. If one mark of a pair was removed, the owner's text may follow the
    # other mark.
    found = re.search("{0}((?!{0}).)*?{1}".format(re.escape(begin), re.escape(end)), text, re.DOTALL)
    if found:
        return text[: found.start()] + section + text[found.end() :]
    before = text.rstrip() or f"# {for_markdown(facts.repo_id.partition('/')[2])}"
    return f"{before}\n\n{section}\n"


def known_counts(text: str, config_name: str) -> dict[str, Tally]:
    """Read the counts of the splits of a configuration from our section, for splits that are not pushed again."""
    found = re.search(rf"<!-- {re.escape(_counts_of(config_name))} ({{.+?}}) -->", text)
    try:
        return _TALLIES.decode(found[1]) if found else {}
    except JsonError:  # the comment was edited by hand
        return {}


def _section(facts: CardFacts) -> str:
    sheet = path_in_repo(SHEET, facts.config_name)
    parts = [
        "" if facts.config_name == "default" else f"## {for_markdown(facts.config_name)}",
        *_description(facts.description),
        f"The dataset on Segments.ai: <{for_markdown_link(facts.homepage)}>" if facts.homepage else "",
        f"![Images beside their masks]({for_markdown_link(sheet)})" if facts.has_sheet else "",
        _how_to_load(facts),
        _table_of_splits(facts),
        _table_of_classes(facts),
        _table_of_statuses(facts),
        _encoding(facts),
        "Made with segments-hf.",
        f"<!-- {_counts_of(facts.config_name)} {_counts_in_comment(facts.splits)} -->",
    ]
    return "\n\n".join(part for part in parts if part)


def _counts_of(config_name: str) -> str:
    return f"segments-hf: counts {_in_comment(config_name)}"


def _counts_in_comment(splits: Mapping[str, Tally]) -> str:
    """Return counts as JSON with escapes, so that the JSON text cannot end an HTML comment."""
    return compact_json(splits).replace(">", "\\u003e").replace("--", "-\\u002d")


def _how_to_load(facts: CardFacts) -> str:
    config = "" if facts.config_name == "default" else f", {facts.config_name!r}"
    split = next(iter(facts.splits))
    has_json = "Json(" in repr(facts.features)
    note = "\n\nThe dataset has columns of JSON, which need `datasets` 4.7 or later." if has_json else ""
    return (
        "### Load the dataset\n\n```python\nfrom datasets import load_dataset\n\n"
        f'dataset = load_dataset("{facts.repo_id}"{config}, split="{split}")\n```{note}'
    )


def _table_of_splits(facts: CardFacts) -> str:
    counts_objects = any(tally.objects is not None for tally in facts.splits.values())
    header = ["split", "rows", *(["objects"] if counts_objects else []), "size"]
    rows = [
        [
            for_markdown(name),
            f"{tally.rows:,}",
            *([_count(tally.objects, None)] if counts_objects else []),
            _size(facts.sizes.get(name, 0)),
        ]
        for name, tally in facts.splits.items()
    ]
    return f"### Splits\n\n{_table(header, rows, text_columns=1)}"


def _table_of_classes(facts: CardFacts) -> str:
    if not facts.categories:
        return ""
    counted = facts.splits if any(tally.objects is not None for tally in facts.splits.values()) else {}
    header = ["color", "class", "index", "id on Segments.ai", *(f"objects in {for_markdown(name)}" for name in counted)]
    rows = [
        [
            _swatch(bytes(color).hex()),
            for_markdown(name),
            str(index),
            str(category.id),
            *(_count(tally.objects, index) for tally in counted.values()),
        ]
        for index, (category, name, color) in enumerate(
            zip(facts.categories, class_names(facts.categories), class_colors(facts.categories), strict=True)
        )
    ]
    return f"### Classes\n\n{_table(header, rows, text_columns=2)}"


def _table_of_statuses(facts: CardFacts) -> str:
    statuses = sorted({status for tally in facts.splits.values() for status in tally.statuses})
    if not statuses:
        return ""
    rows = [
        [for_markdown(status), *(_count(tally.statuses or None, status) for tally in facts.splits.values())]
        for status in statuses
    ]
    header = ["status", *(f"rows in {for_markdown(name)}" for name in facts.splits)]
    return f"### Label statuses\n\n{_table(header, rows, text_columns=1)}"


def _encoding(facts: CardFacts) -> str:
    label_type = label_type_of(facts.features)
    if facts.layout is not None:
        text = facts.layout.encoding
    elif label_type is not None:
        text = label_type.encoding
    else:
        return ""
    return f"### How labels are encoded\n\n{text}"


def _count(counts: Mapping[K, int] | None, key: K | None) -> str:
    """Return the count for a key as text, or the sum of all counts if the key is None; a dash if they are not known."""
    if counts is None:
        return "–"
    return f"{sum(counts.values()) if key is None else counts.get(key, 0):,}"


def _swatch(color: str) -> str:
    # The hexadecimal color is also written as text, because some pages show cards without styles.
    return f'<span style="color:#{color}">&#9632;</span> `#{color}`'


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], *, text_columns: int) -> str:
    """Return a Markdown table.

    Args:
        header: The header of each column.
        rows: The texts of each row.
        text_columns: The number of columns of left-aligned text; the other columns are right-aligned numbers.
    """
    alignments = ["---"] * text_columns + ["---:"] * (len(header) - text_columns)
    lines = [header, alignments, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _description(text: str) -> list[str]:
    """Return the paragraphs of a description: the owner's Markdown as a quotation without HTML, and the origin as text.

    The quotation limits the effect of the owner's Markdown: no Markdown element extends beyond its quotation.
    """
    written, origin = split_origin(well_formed(text))
    quoted = "\n".join(f"> {printable(line)}".rstrip() for line in written.replace("<", "&lt;").splitlines())
    return [quoted, for_markdown(origin)]


def _in_comment(name: str) -> str:
    """Return a name with escapes, so that the name cannot end an HTML comment."""
    return printable(name).replace("--", "-\\u002d").replace(">", "\\u003e")


def _size(size: int) -> str:
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000:  # noqa: PLR2004
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
