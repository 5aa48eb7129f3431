"""Make class names that programs can use in file names, and in lines of words that are separated by spaces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from segments_hf.io.disk.atomic import write_file
from segments_hf.io.json_codec.json_text import indented_json
from segments_hf.labels.categories import unique_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CLASS_NAMES = "class_names.json"  # the file that maps the names in the files to those in the release

# OpenPCDet makes a file for each object, with the name of the class in the file name. It splits texts such as `car:5`
# at the colon. mmengine replaces variables in double braces in a configuration.
_SEPARATORS = re.compile(r"[\s\x00-\x1f\x7f/\\:]+|\{\{")


def plain_names(names: Sequence[str]) -> list[str]:
    r"""Return a unique name for each class, without white space, control characters, ``/``, ``\``, ``:`` and ``{{``.

    Args:
        names: The name of each class index.

    >>> plain_names(["car", "traffic sign", "traffic/sign"])
    ['car', 'traffic_sign', 'traffic_sign_2']
    """
    plain = [_SEPARATORS.sub("_", name.strip()) or "_" for name in names]
    return unique_names(plain, range(len(plain)), pattern="{}_{}")


def write_class_names(folder: Path, plain: Sequence[str], names: Sequence[str]) -> None:
    """Write ``class_names.json``, which maps each name in the files to the name in the release.

    Args:
        folder: The folder of the export.
        plain: The names in the files.
        names: The names in the release.

    Raises:
        StorageError: The write failed.
    """
    write_file(folder / CLASS_NAMES, indented_json(dict(zip(plain, names, strict=True))))
