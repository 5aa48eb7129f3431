"""The names, descriptions, owner and date of a release, and the tables that show a release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.io.redaction import name_without_secrets, text_without_secrets
from segments_hf.io.tables import Cell, Result, Table
from segments_hf.release.document import Document, Owner, parse_moment

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping, Sequence

    from segments_hf.release.category import Category

_MAX_SHOWN = 20  # maximum number of categories in a table
_MAX_LENGTH = 300  # maximum number of characters of a value in a table


class ReleaseHead(Result):
    """The names, descriptions, owner and date of a release."""

    source: str
    _document: Document

    @property
    def head(self) -> dict[str, str | None]:
        """The source, names, owner, description and date as text, without the secrets of URLs.

        The description is that of the data set; if the data set has none, that of the release.
        """
        description = self.dataset_description or self.description
        return {
            "source": self.source,
            "name": self.name,
            "owner": self.owner,
            "dataset": self.dataset_name,
            "description": description and text_without_secrets(description),
            "created_at": None if self.created_at is None else self.created_at.isoformat(),
        }

    @property
    def name(self) -> str | None:
        """The name of the release, such as ``v1.0``; None if the file lacks it."""
        return _public(self._document.name)

    @property
    def description(self) -> str | None:
        """The description of the release; None if the file lacks it."""
        return self._document.description

    @property
    def created_at(self) -> datetime.datetime | None:
        """The date and time at which the release was made; None if the file has no valid date.

        If the date in the file has no time zone, it is read as UTC.
        """
        return parse_moment(self._document.created_at)

    @property
    def owner(self) -> str | None:
        """The user or organization that owns the data set; None if the file lacks it."""
        owner = self._document.dataset.owner
        return _public(owner.username if isinstance(owner, Owner) else owner)

    @property
    def dataset_name(self) -> str | None:
        """The name of the data set; None if the file lacks it."""
        return _public(self._document.dataset.name)

    @property
    def dataset_description(self) -> str | None:
        """The description of the data set; None if the file lacks it."""
        return self._document.dataset.description


def facts_table(facts: Mapping[str, Any]) -> Table:
    """Return a table of named values, without the values that are None or empty."""
    rows = []
    for name, value in facts.items():
        text = ", ".join(value) if isinstance(value, list) else value
        if text not in {None, ""}:
            rows.append((Cell(name.replace("_", " "), style="dim"), _cut(text) if isinstance(text, str) else text))
    return Table(("", ""), rows)


def categories_table(categories: Sequence[Category]) -> Table:
    """Return a table of the ids, names and colors of the first 20 categories."""
    shown = categories[:_MAX_SHOWN]
    rows = [(str(item.id), Cell(item.name, item.color), color_text(item.color)) for item in shown]
    if hidden := len(categories) - len(rows):
        rows.append(("…", Cell(f"{hidden} more", style="dim"), ""))
    return Table(("id", "name", "color"), rows, number_columns=("id",), title="Categories")


def color_text(color: Sequence[float] | None) -> str:
    """Return the red, green and blue values of a color as text; a dash if there is no color.

    >>> color_text((255, 0, 0.2, 1)), color_text(None)
    ('255, 0, 0', '–')
    """
    return ", ".join(str(round(value)) for value in (color or ())[:3]) or "–"


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…"


def _public(name: str | None) -> str | None:
    return name and name_without_secrets(name)
