"""The texts of charts do not overlap, classes of any color are visible, and numbers are short."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import msgspec
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from segments_hf import stats
from segments_hf.demo import demo_release
from segments_hf.stats.chart_numbers import logarithmic_ticks, percent_text, short_number
from segments_hf.stats.figures import figures
from segments_hf.stats.statistics import ImageSize, Stats

from .made_statistics import SIZES, stats_of_classes

CLOSE_SIZES = [ImageSize(2000 + n, 1500 - n, 30 - n) for n in range(20)]


# Most cases have no attributes, because the chart of attributes takes the most time to draw.
NO_ATTRIBUTES: dict[str, Any] = {"attributes": [], "image_attributes": []}


def with_sizes(**changes: Any) -> Stats:
    """Return statistics of three classes. Each of `changes` replaces a field of `Stats.sizes`, the areas of objects."""
    return stats_of_classes(3, sizes=msgspec.structs.replace(SIZES, **changes), **NO_ATTRIBUTES)


CASES = {
    "demo": lambda: stats(demo_release(), assets=True),
    "1 class": lambda: stats_of_classes(1),
    "12 classes": lambda: stats_of_classes(12, **NO_ATTRIBUTES),
    "13 classes": lambda: stats_of_classes(13, **NO_ATTRIBUTES),
    "120 classes": lambda: stats_of_classes(120, **NO_ATTRIBUTES),
    "close image sizes": lambda: stats_of_classes(2, image_sizes=CLOSE_SIZES, **NO_ATTRIBUTES),
    "one size of objects": lambda: with_sizes(histogram=[0] * 13 + [9]),
    "one bar of small objects": lambda: with_sizes(small=10**9, histogram=[0] * 9 + [1] * 9),
    "areas up to 1G": lambda: with_sizes(small=10**9, medium=10**9, histogram=[1] * 30),
}


def shown_texts(figure: Figure) -> Iterator[Text]:
    """Yield the texts that are visible in a figure.

    The labels of minor ticks and of ticks outside the axes are left out, because these figures do not show them.
    """
    hidden = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for low, high in [sorted(axis.get_view_interval())]
        for is_minor in (False, True)
        for tick in (axis.get_minor_ticks() if is_minor else axis.get_major_ticks())
        for label in (tick.label1, tick.label2)
        if is_minor or not low <= tick.get_loc() <= high
    }
    for text in figure.findobj(Text):
        if isinstance(text, Text) and text.get_visible() and text.get_text().strip() and id(text) not in hidden:
            yield text


@pytest.mark.parametrize("case", CASES)
def test_texts_do_not_overlap_and_are_inside_the_figure(case: str) -> None:
    for subject, figure in figures(CASES[case]()).items():
        figure.draw_without_rendering()
        boxes = [(text.get_text(), text.get_window_extent()) for text in shown_texts(figure)]
        assert len(boxes) > 4, subject
        for (text, box), (other, other_box) in combinations(boxes, 2):
            assert not box.overlaps(other_box), (subject, text, other)
        for text, box in boxes:
            assert box.x0 >= 0 <= box.y0, (subject, text)
            assert box.x1 <= figure.bbox.x1, (subject, text)
            assert box.y1 <= figure.bbox.y1, (subject, text)


def contrast_with_white(color: Any) -> float:
    """Return the contrast ratio of the WCAG: 1 for white, 21 for black."""
    linear = [part / 12.92 if part <= 0.04 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(color)]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_white_classes_have_a_dark_edge_in_charts_of_classes_and_object_sizes() -> None:
    made = stats_of_classes(3)
    white = [msgspec.structs.replace(item, color=(255, 255, 255)) for item in made.classes]
    drawn = figures(msgspec.structs.replace(made, classes=white))
    patches = [*(patch for axes in drawn["classes"].axes for patch in axes.patches),
               *drawn["object-sizes"].axes[1].patches]  # fmt: skip
    light_patches = [patch for patch in patches if contrast_with_white(patch.get_facecolor()) < 3]
    assert len(light_patches) > 9
    for patch in light_patches:
        assert contrast_with_white(patch.get_edgecolor()) > 4.5
        assert patch.get_linewidth() >= 0.5
    for points in drawn["object-sizes"].axes[1].collections:
        assert contrast_with_white(points.get_edgecolor()[0]) > 4.5
        assert points.get_linewidth()[0] >= 0.5


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"), (7, "7"), (0.5, "0.5"), (999, "999"), (999.6, "1k"), (1000, "1k"), (1024, "1.02k"), (2000, "2k"),
        (36_864, "36.9k"), (500_000, "500k"), (999_499, "999k"), (999_999, "1M"), (1_500_000, "1.5M"),
        (2_000_000_000, "2G"), (3e12, "3,000G"),
    ],
)  # fmt: skip
def test_large_numbers_are_shortened_with_a_unit(number: float, text: str) -> None:
    assert short_number(number) == text


@pytest.mark.parametrize(
    ("percent", "text"),
    [(0, "0"), (1e-9, "<0.01"), (0.01, "0.01"), (0.438, "0.44"), (5, "5"), (33.333, "33.3"), (99.94, ">99.9"),
     (100, "100")],
)  # fmt: skip
def test_only_exact_0_and_100_percent_are_shown_as_0_and_100(percent: float, text: str) -> None:
    assert percent_text(percent) == text


def test_ticks_of_areas_are_round_numbers_that_differ() -> None:
    for low_power in range(34):
        for high_power in range(low_power + 1, 35):
            low, high = 2**low_power / 1.05, 2**high_power * 1.05
            ticks = logarithmic_ticks(low, high)
            assert 2 <= len(ticks) <= 11
            assert low <= min(ticks) <= max(ticks) <= high
            texts = [short_number(tick) for tick in ticks]
            assert len(set(texts)) == len(texts)
            assert {text.strip("0kMG.") for text in texts} <= {"1", "15", "1.5", "2", "3", "4", "5", "6", "8"}


def test_x_ticks_of_all_charts_have_no_commas_and_no_powers_of_ten() -> None:
    for figure in figures(stats_of_classes(3)).values():
        figure.draw_without_rendering()
        for axes in figure.axes:
            for label in axes.get_xticklabels():
                assert "," not in label.get_text()
                assert "10^" not in label.get_text()
