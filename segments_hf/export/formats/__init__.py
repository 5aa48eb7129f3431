"""The export formats. Each module in a folder of this package defines one format as `FORMAT`."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

from segments_hf.io.choices import unknown_choice

if TYPE_CHECKING:
    from segments_hf.export.format import Format

FORMATS: dict[str, type[Format[Any, Any]]] = {
    found.name: found
    for found in (
        importlib.import_module(module.name).FORMAT
        for module in pkgutil.walk_packages(__path__, f"{__name__}.")
        if not module.ispkg
    )
}


def find_format(name: str) -> type[Format[Any, Any]]:
    """Return the format with a name or an alias, in upper or lower case.

    Raises:
        OptionError: The format is unknown.

    >>> find_format("COCO").name
    'coco-instance'
    """
    for found in FORMATS.values():
        if str(name).lower() in {found.name, *found.aliases}:
            return found
    aliases = [alias for found in FORMATS.values() for alias in found.aliases]
    raise unknown_choice("export_format", name, [*FORMATS, *aliases])
