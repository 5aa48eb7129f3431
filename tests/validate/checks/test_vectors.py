"""`validate` finds faults in the points of vector annotations."""

from __future__ import annotations

from typing import Any

import pytest

from segments_hf.labels import label_of
from segments_hf.validate.checks.vectors import faulty_shapes

NAN, INF = float("nan"), float("inf")
TRIANGLE = [[0, 0], [9, 0], [5, 7]]


def row(*annotations: dict[str, Any], width: int | None = 9, height: int | None = 7) -> dict[str, Any]:
    return {"name": "a", "uuid": None, "width": width, "height": height, "annotations": list(annotations)}


def findings(vector_row: dict[str, Any]) -> list[Any]:
    return list(faulty_shapes(vector_row, label_of(vector_row)))


def shape(kind: str | None, points: Any, number: int = 4) -> dict[str, Any]:
    return {"id": number, "type": kind, "points": points}


@pytest.mark.parametrize(
    ("kind", "points", "check"),
    [
        ("polygon", TRIANGLE, None),
        (
            "polygon",
            [[0, 0], [9, 7], [9, 0], [0, 7]],
            "self-crossing-polygon",
        ),  # a bow tie: the signed areas of its halves add up to 0
        ("polygon", [[1, 1], [1, 1], [2, 1], [2, 2]], None),
        ("polygon", [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3 + 1e-9]], "no-area"),
        ("polygon", [[-5, 1], [-1, 1], [-1, 4]], "no-area"),  # wholly outside the image
        ("polygon", [[-5, 1], [4, 1], [4, 4]], "point-outside"),
        ("polygon", [[3, 3]] * 3, "no-area"),
        ("polygon", [[3, 1], [3, 2], [3, 7], [3, 0]], "no-area"),
        ("polygon", [[0, 0], [4, 2], [2, 1], [0, 0]], "no-area"),
        ("polygon", [[3, 1], [3, 2], [3, 1], [5, 1]], "no-area"),
        ("bbox", [[5, 6], [2, 1]], None),
        ("bbox", [[0, 0], [9, 7]], None),
        ("bbox", [[2, 2], [2, 2]], "no-area"),
        ("bbox", [[9.5, 1], [12, 4]], "no-area"),
        ("bbox", [[2.6, 2.6], [3.4, 3.4]], "no-area"),  # the box has no pixel center inside
        ("polyline", [[2, 2], [2, 2]], None),
        ("point", [[9, 7]], None),
        ("point", [[9, 7.001]], "point-outside"),
        ("point", [[-0.001, 7]], "point-outside"),
        ("point", [[1, 2, 3]], None),
        ("point", [[NAN, 1]], "point-without-coordinates"),
        ("point", [[1, NAN]], "point-without-coordinates"),
        ("point", [[INF, 1]], "point-without-coordinates"),
        ("polyline", [[1, INF], [1, -INF]], "point-without-coordinates"),
        ("polyline", [[1, 1], [1, NAN], [2, 2]], "point-without-coordinates"),
        ("point", [[1, None]], "point-without-coordinates"),
        ("point", [[1]], "point-without-coordinates"),
        ("point", [[]], "point-without-coordinates"),
        ("polygon", [[1, 1], None, [2, 1]], "point-without-coordinates"),
        ("point", [[-(2**31), 0]], "point-without-coordinates"),
        ("point", None, "too-few-points"),
        ("polygon", TRIANGLE[:2], "too-few-points"),
        ("Polygon", TRIANGLE, "unknown-shape"),
        (None, TRIANGLE, "unknown-shape"),
    ],
)
def test_each_faulty_shape_has_one_finding_and_other_shapes_have_none(
    kind: str | None, points: Any, check: str | None
) -> None:
    assert [finding.check for finding in findings(row(shape(kind, points)))] == ([check] if check else [])


@pytest.mark.parametrize("size", [{"width": None}, {"height": None}])
def test_no_point_is_outside_an_image_of_unknown_size(size: dict[str, None]) -> None:
    assert not findings(row(shape("point", [[99, 99]]), **size))


def test_each_fault_is_one_finding_that_lists_its_annotations() -> None:
    many = [shape("bbox", [[1, 1], [1, 2]], number) for number in range(7)]
    found = findings(row(shape("point", []), *many, shape("point", []), shape("point", [[10, 1]], 9)))
    assert [finding.check for finding in found] == ["too-few-points", "no-area", "point-outside"]
    too_few, no_area, outside = (finding.message for finding in found)
    assert too_few.startswith("got point 4, point 4 with")
    assert "3 for a polygon" in too_few
    assert no_area.startswith("got bbox 0, bbox 1, bbox 2, bbox 3, bbox 4, … (7 in ")
    assert "point 9 " in outside
    assert "9 x 7 pixels" in outside
