"""Describe the sizes of the splits of a release, and what decides them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.dataset.building.exact_splits import rounded_counts
from segments_hf.io.redaction import own_logger
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from logging import Logger

    from segments_hf.dataset.building.split_rule import SplitRule

# A hint is shown if the size of a split differs from its rounded share by more than this part of the share.
_MAX_DEVIATION = 0.1

logger: Logger = own_logger(__name__)


def log_splits(rule: SplitRule | None, sizes: Mapping[str, int]) -> None:
    """Log the sizes of the splits with the level INFO, if the release is divided."""
    if rule is not None:
        logger.info("%s", " ".join(split_summary(rule, sizes)))


def split_summary(rule: SplitRule, sizes: Mapping[str, int]) -> list[str]:
    """Return sentences: the sizes of the splits, what decides them, and a hint if they differ much from the fractions.

    Args:
        rule: The rule that divides the release.
        sizes: The number of samples of each split.

    >>> from segments_hf.dataset.building.split_rule import SplitRule
    >>> for sentence in split_summary(SplitRule({"train": 0.8, "test": 0.2}), {"train": 7, "test": 5}):
    ...     print(sentence)
    Samples of each split: train 7, test 5.
    A hash of the uuid decides the split of each sample; exact=True makes train 10, test 2.
    """
    return [f"Samples of each split: {_listed(sizes)}.", f"{_reason(rule)}{_hint(rule, sizes)}."]


def _reason(rule: SplitRule) -> str:
    if rule.fractions is None:
        return f"The metadata key {rule.key!r} names the split of each sample"
    if not rule.key:
        if rule.exact:
            return "A hash of the uuid orders the samples, and each split gets its fraction, rounded to whole samples"
        return "A hash of the uuid decides the split of each sample"
    together = f"Samples with the same value of the metadata key {rule.key!r} are in one split"
    if rule.exact:
        return f"{together}, and the sizes are near to the fractions, as far as these groups allow"
    return f"{together}, which a hash of the value decides"


def _hint(rule: SplitRule, sizes: Mapping[str, int]) -> str:
    if rule.fractions is None or rule.exact:
        return ""
    wanted = rounded_counts(rule.fractions, sum(sizes.values()))
    if not all(wanted.values()) or not any(
        abs(sizes[name] - count) > _MAX_DEVIATION * count for name, count in wanted.items()
    ):
        return ""
    exact = option("exact", True)
    return f"; {exact} comes nearer to the fractions" if rule.key else f"; {exact} makes {_listed(wanted)}"


def _listed(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {size:,}" for name, size in sizes.items())
