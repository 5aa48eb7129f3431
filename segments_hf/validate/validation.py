"""Check a release or a dataset before training."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.compat import progress_bar
from segments_hf.dataset.input_rows import open_rows
from segments_hf.dataset.inputs import image_bytes
from segments_hf.io.prefetching import DECODERS, prefetch
from segments_hf.validate.checks import refused_colors
from segments_hf.validate.report import Report, by_check
from segments_hf.validate.validator import Validator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.dataset.input_rows import InputRows
    from segments_hf.dataset.rows.row_maker import Outcome
    from segments_hf.validate.finding import Finding
    from segments_hf.validate.validator import Examined


def validate(data: Any, *, assets: bool = False, limit: int | None = None, **options: Any) -> Report:
    """Check the labels and pictures of a release or a dataset before training.

    Checks of the labels find samples and labels that cannot be read, duplicate names and uuids, samples in two splits,
    unknown statuses and categories, invalid colors, ids that repeat or that no bitmap can hold, shapes without an
    extent or outside of the image, and tracks that change their category. Checks of the pictures find those that cannot
    be fetched or read, malformed EXIF data, bitmaps of another size than their image, pixels without an annotation,
    annotations without pixels, and images of several pixel formats, which are counted.

    Args:
        data: A release as `load_release` takes it; or a dataset or a stream of rows, also one from the Hub, or a dict
            of its splits. It is read once, row by row.
        assets: Whether to look at the pictures too; those of a release are fetched.
        limit: How many samples of a release, or rows of a dataset, to look at at most.
        **options: The options of `load_release` for a release: which samples, and how pictures are fetched.

    Returns:
        What was found. Printed, it is a summary; ``msgspec.json.encode`` makes JSON of it.

    Raises:
        ReleaseError: The file is not a release.
        OptionError: An option does not fit, or there is no sample.
        SegmentsHFError: The data are not rows of an image task with their categories.

    >>> from segments_hf.demo import demo_release
    >>> report = validate(demo_release(), assets=True)
    >>> report.samples, report.is_clean, round(report.unlabeled_share, 2)
    (8, True, 0.74)
    """
    source = open_rows(data, assets=assets, limit=limit, **options)
    validator = Validator(assets=assets)
    tally = _Tally()
    tally.findings.extend(refused_colors(source.categories))
    for examined in _examined(source, validator, assets=assets):
        tally.add(examined, validator.compare(examined))
    tally.findings.extend(validator.compare_all())
    return Report(
        name=source.name,
        task_type=source.task_type,
        assets=assets,
        samples=tally.samples,
        rows=tally.rows,
        unlabeled_share=tally.unlabeled / tally.pixels if tally.pixels else None,
        modes=validator.modes,
        counts={check: len(findings) for check, findings in by_check(tally.findings).items()},
        findings=tally.findings,
    )


def _examined(source: InputRows, validator: Validator, *, assets: bool) -> Iterator[Examined]:
    """The rows, looked at one by one; their pictures in threads."""
    shown = progress_bar(source.outcomes(), desc="Validating", total=source.length, unit="img")
    if not assets:
        return map(validator.examine, shown)
    return prefetch(validator.examine, shown, weight=_weight, in_flight=DECODERS)


def _weight(examined: Examined) -> int:
    """The bytes of a row's pictures."""
    return image_bytes(examined.outcome.row or {})


class _Tally:
    """The counts and findings so far."""

    def __init__(self) -> None:
        self.samples = self.rows = self.pixels = self.unlabeled = 0
        self._times = Counter[tuple[object, ...]]()  # that each frame of a sequence was there, and the sequence so far
        self.findings: list[Finding] = []

    def _is_another(self, outcome: Outcome) -> bool:
        """Return whether a row is of a new sample; some frames of a sequence may be missing, and in any order."""
        row = outcome.row or {}
        if (frame := row.get("frame_index")) is None:
            return True
        sequence = outcome.split, row.get("uuid") or row["name"]
        self._times[sequence, frame] += 1
        if self._times[sequence, frame] <= self._times[sequence]:
            return False
        self._times[sequence] += 1
        return True

    def add(self, examined: Examined, findings: list[Finding]) -> None:
        """Add a row."""
        self.rows += 1
        self.samples += self._is_another(examined.outcome)
        self.findings.extend(findings)
        if examined.instances:
            width, height = examined.instances.size
            self.pixels += width * height
            self.unlabeled += width * height - sum(examined.instances.areas.values())
