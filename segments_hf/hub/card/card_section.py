"""Write our section about a configuration in a dataset card, the README.md on the Hub. Other text is kept."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml
from huggingface_hub import DatasetCard

from segments_hf.dataset.class_info import path_in_repo
from segments_hf.dataset.origin import described_task_type, split_origin
from segments_hf.errors import HubError
from segments_hf.hub.card.card_tables import table_of_classes, table_of_left_out, table_of_splits, table_of_statuses
from segments_hf.hub.card.reading_code import reading_section
from segments_hf.hub.card.row_counts import Tally
from segments_hf.io.escaping import for_markdown, for_markdown_link, printable, well_formed
from segments_hf.io.json_codec.json_decoding import JsonDecoder, JsonError
from segments_hf.io.json_codec.json_text import compact_json
from segments_hf.labels import JSON_LABEL_COLUMN, has_json_label, is_point_cloud, label_type_of
from segments_hf.labels.json_label import JSON_SAMPLE_COLUMN
from segments_hf.layouts import mask_classes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datasets import Features

    from segments_hf.layouts import Layout
    from segments_hf.release import Category

README = "README.md"
SHEET = "contact_sheet.jpg"

_TALLIES: JsonDecoder[dict[str, Tally]] = JsonDecoder(dict[str, Tally])


@dataclass(frozen=True)
class CardFacts:
    """The facts in our section about a configuration.

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
        has_sheet: Whether a contact sheet is pushed with the configuration.
        license: The license; empty if it is not known.
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
    license: str


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
    """Return the text of a card with our section about a configuration.

    The section replaces our earlier section about this configuration. Without an earlier section, it is added at the
    end.

    Args:
        text: The text of the card without the YAML.
        facts: The facts in the section.
    """
    begin, end = (_mark(word, facts.config_name) for word in ("begin", "end"))
    section = f"{begin}\n{_section(facts)}\n{end}"
    replaced = with_replaced_section(text, begin, end, section)
    if replaced is not None:
        return replaced
    before = text.rstrip() or f"# {for_markdown(facts.repo_id.partition('/')[2])}"
    return f"{before}\n\n{section}\n"


def with_replaced_section(text: str, begin: str, end: str, section: str) -> str | None:
    """Return a text in which a section is replaced; None if the text does not have the section.

    Args:
        text: The text.
        begin: The mark at the beginning of the section.
        end: The mark at the end of the section.
        section: The new section with its marks.
    """
    # The pattern matches a begin mark and the next end mark, with no other begin mark between them. If the owner of the
    # card removed one mark of a pair, the owner's own text may be between the other mark and a mark of another pair.
    found = re.search("{0}((?!{0}).)*?{1}".format(re.escape(begin), re.escape(end)), text, re.DOTALL)
    return text[: found.start()] + section + text[found.end() :] if found else None


def section_start(text: str, config_name: str) -> int:
    """Return the position of our section about a configuration in the text of a card; -1 if it is missing."""
    return text.find(_mark("begin", config_name))


def known_counts(text: str, config_name: str) -> dict[str, Tally]:
    """Return the counts of the splits of a configuration in our section; empty if it has no valid counts."""
    found = re.search(rf"<!-- {re.escape(_counts_key(config_name))} ({{.+?}}) -->", text)
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
        f"License: {for_markdown(facts.license)}" if facts.license else "",
        f"![{_sheet_text(facts)}]({for_markdown_link(sheet)})" if facts.has_sheet else "",
        _how_to_load(facts),
        reading_section(facts.features, _types_of_files(facts.splits)),
        table_of_splits(facts.splits, facts.sizes),
        table_of_left_out(facts.splits),
        table_of_classes(facts.categories, facts.splits, *_class_values(facts)),
        table_of_statuses(facts.splits),
        _encoding(facts),
        "Made with segments-hf.",
        f"<!-- {_counts_key(facts.config_name)} {json_in_comment(facts.splits)} -->",
    ]
    return "\n\n".join(part for part in parts if part)


def _mark(word: str, config_name: str) -> str:
    return f"<!-- segments-hf: {word} {_in_comment(config_name)} -->"


def _sheet_text(facts: CardFacts) -> str:
    return "Point clouds with their labels" if is_point_cloud(facts.features) else "Images beside their labels"


def _types_of_files(splits: Mapping[str, Tally]) -> Counter[str]:
    """Count the point-cloud files of each type."""
    return sum((Counter(tally.points.types) for tally in splits.values() if tally.points), Counter[str]())


def _counts_key(config_name: str) -> str:
    """Return the text before the counts in the HTML comment of our section."""
    return f"segments-hf: counts {_in_comment(config_name)}"


def json_in_comment(value: object) -> str:
    """Return a value as JSON with escapes, so that the JSON text cannot begin or end an HTML comment."""
    return compact_json(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("--", "-\\u002d")


def loading_code(repo_id: str, config_name: str, split: str, revision: str | None = None) -> list[str]:
    """Return the lines of Python that load a split of a dataset on the Hub.

    >>> loading_code("jane/flowers", "default", "train")
    ['from datasets import load_dataset', 'dataset = load_dataset("jane/flowers", split="train")']
    """
    return ["from datasets import load_dataset", f"dataset = {loading_call(repo_id, config_name, split, revision)}"]


def loading_call(repo_id: str, config_name: str, split: str, revision: str | None = None) -> str:
    """Return the call of `load_dataset` that loads a split of a dataset on the Hub, as Python."""
    config = [] if config_name == "default" else [_literal(config_name)]
    branch = [f"revision={_literal(revision)}"] if revision else []
    arguments = ", ".join([_literal(repo_id), *config, f"split={_literal(split)}", *branch])
    return f"load_dataset({arguments})"


def _literal(text: str) -> str:
    """Return a text as a literal of Python, in double quotes unless the text contains a double quote."""
    literal = repr(text)
    return literal if '"' in literal else f'"{literal[1:-1]}"'


def _how_to_load(facts: CardFacts) -> str:
    import_line, call_line = loading_code(facts.repo_id, facts.config_name, next(iter(facts.splits)))
    has_json = "Json(" in repr(facts.features)
    note = "\n\nThe dataset has columns of JSON, which need `datasets` 4.7 or later." if has_json else ""
    return f"### Load the dataset\n\n```python\n{import_line}\n\n{call_line}\n```{note}"


def _class_values(facts: CardFacts) -> tuple[str, int]:
    """Return the column or channel with the class values of a label, in Markdown, and the value of class 0."""
    if facts.layout is None:
        return "`category`", 0
    first_value = mask_classes(facts.features, len(facts.categories)).first_value
    return facts.layout.class_values, facts.layout.first_value if first_value is None else first_value


def _encoding(facts: CardFacts) -> str:
    label_type = label_type_of(facts.features)
    if facts.layout is not None:
        text = facts.layout.encoding
    elif label_type is not None:
        text = label_type.encoding
    elif has_json_label(facts.features):
        task = described_task_type(facts.description)
        labels = f"the label of the task type {for_markdown(task)}" if task else "the label"
        text = (
            f"`{JSON_LABEL_COLUMN}` is {labels} as JSON, as in the release; `{JSON_SAMPLE_COLUMN}` names the files "
            "of the sample, which are not in this repository. segments-hf does not draw, count or check these labels."
        )
    else:
        return ""
    return f"### How labels are encoded\n\n{text}"


def _description(text: str) -> list[str]:
    """Return the paragraphs of a description: the owner's Markdown as a quotation without HTML, and the origin as text.

    No element of Markdown extends beyond the end of a quotation, so the owner's Markdown changes no other text.
    """
    written, origin = split_origin(well_formed(text))
    quoted = "\n".join(f"> {printable(line)}".rstrip() for line in written.replace("<", "&lt;").splitlines())
    return [quoted, for_markdown(origin)]


def _in_comment(name: str) -> str:
    """Return a name with escapes, so that the name cannot end an HTML comment."""
    return printable(name).replace("--", "-\\u002d").replace(">", "\\u003e")
