"""The error for a name that is not in a list of choices. The error lists the choices and suggests the closest one."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING

from segments_hf.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_LISTED = 30
_MAX_COMPARED = 1000  # choices; a release may contain many more names
_MAX_LENGTH = 100  # characters of the value and of each choice that are compared


def unknown_choice(
    option: str,
    value: object,
    choices: Iterable[str],
    *,
    also_suggested: Iterable[str] = (),
    expected: str = "one of",
    hint: str = "",
) -> OptionError:
    """Return the error for an option whose value is not one of its choices.

    Args:
        option: The name of the parameter.
        value: The value that was received.
        choices: The allowed values.
        also_suggested: Further values that may be suggested, but are not listed.
        expected: The words before the list of choices.
        hint: The words after the list if no choice is close to the value, such as what to do next.

    >>> print(unknown_choice("verify", "decodd", ["structure", "decode"]))
    verify: got 'decodd', expected one of 'structure', 'decode'; did you mean 'decode'?
    """
    names = list(choices)
    advice = suggestion(value, [*names, *also_suggested]) or hint
    return OptionError(f"got {value!r}, expected {expected} {listed_choices(names)}{advice}", option=option)


def unknown_option(name: str, options: Iterable[str]) -> str:
    """Return the message about an option that does not exist.

    >>> unknown_option("filter", ["filter_by", "labelset"])
    "got the unknown option 'filter', expected one of 'filter_by', 'labelset'; did you mean 'filter_by'?"
    """
    names = list(options)
    return f"got the unknown option {name!r}, expected one of {listed_choices(names)}{suggestion(name, names)}"


def listed_choices(choices: Iterable[str]) -> str:
    """Return the choices in quotes, separated by commas.

    If there are more than 30 choices, the text contains the first 30 of them and the total number.

    >>> listed_choices(["train", "test"]), listed_choices([])
    ("'train', 'test'", '(none)')
    """
    names = list(choices)
    more = f", … ({len(names)} in total)" if len(names) > _MAX_LISTED else ""
    return f"{', '.join(map(repr, names[:_MAX_LISTED]))}{more}" if names else "(none)"


def suggestion(value: object, choices: Iterable[str]) -> str:
    """Suggest the choice closest to a value, or else a choice that contains it, as a question.

    The text is empty if no choice is similar.

    >>> suggestion("coco_instance", ["coco-instance", "yolo"]), suggestion("semantic", ["semantic-segmentation"])
    ("; did you mean 'coco-instance'?", "; did you mean 'semantic-segmentation'?")
    >>> suggestion("xml", ["coco-instance", "yolo"])
    ''
    """
    if not isinstance(value, str) or not value:
        return ""
    typed = value[:_MAX_LENGTH].casefold()
    by_text = {choice[:_MAX_LENGTH].casefold(): choice for choice in islice(choices, _MAX_COMPARED)}
    close = get_close_matches(typed, by_text, n=1) or [text for text in by_text if typed in text]
    return f"; did you mean {by_text[close[0]]!r}?" if close else ""
