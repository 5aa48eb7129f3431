"""Small networks train on the layouts of point clouds, with the code of the documentation."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from docs.pages import DOCS, blocks_of

from segments_hf import id2label, load_release, to_layout
from segments_hf.demo import demo_release

from .steps import NEEDS, assert_parameters_changed, parameters

torch = pytest.importorskip("torch", reason=NEEDS)

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """Run the code of the page about training on point clouds, and return its variables."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks_of((DOCS / "how-to" / "train-on-point-clouds.md").read_text("utf-8")):
        if block.language == "python":
            exec(block.code, namespace)
    return namespace


def test_page_trains_one_step_on_labels_of_points(page: dict[str, Any]) -> None:
    assert torch.isfinite(page["loss"])
    assert 0 < page["loss"].item() < 10
    assert all(value.grad is not None and value.grad.any() for value in page["per_point"].parameters())


@pytest.mark.parametrize("streaming", [False, True])
def test_collate_concatenates_clouds_and_tells_the_row_of_each_point(page: dict[str, Any], streaming: bool) -> None:
    rows = load_release(demo_release("street-segmentation"), split="train", streaming=streaming)
    layout = to_layout(rows, "point-cloud-segmentation").with_format("torch")
    loader = torch.utils.data.DataLoader(layout, batch_size=3, collate_fn=page["collate"])
    batch, clouds = next(iter(loader)), list(layout)[:3]
    assert batch["points"].dtype == torch.float32
    assert batch["labels"].dtype == batch["instances"].dtype == torch.int64
    for index, cloud in enumerate(clouds):
        is_in_cloud = batch["cloud_of_point"] == index
        for name in ("points", "labels", "instances"):
            assert torch.equal(batch[name][is_in_cloud], cloud[name])


def in_boxes(points: Any, boxes: Any) -> Any:
    """Return whether points of shape (N, 3) are in boxes of shape (M, 7): a bool tensor of shape (N, M)."""
    shift = points[:, None] - boxes[None, :, :3]
    cosine, sine = boxes[:, 6].cos(), boxes[:, 6].sin()
    along = shift[..., 0] * cosine + shift[..., 1] * sine
    across = shift[..., 1] * cosine - shift[..., 0] * sine
    return (torch.stack([along, across, shift[..., 2]], -1).abs() <= boxes[:, 3:6] / 2).all(-1)


class PointNet(torch.nn.Module):
    """A small PointNet that predicts, for each point, a class and the offset to the center of its box."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.per_point = torch.nn.Sequential(torch.nn.Linear(4, 32), torch.nn.ReLU())
        self.head = torch.nn.Linear(64, classes + 1 + 3)

    def forward(self, points: Any, cloud_of_point: Any, clouds: int) -> Any:
        features = self.per_point(points / torch.tensor([20, 20, 2, 100]))
        index = cloud_of_point[:, None].expand_as(features)
        largest = torch.zeros(clouds, features.shape[1]).scatter_reduce(0, index, features, "amax")
        return self.head(torch.cat([features, largest[cloud_of_point]], dim=1))


@pytest.mark.parametrize("streaming", [False, True])
def test_detector_receives_boxes_with_their_points_and_trains_one_step(page: dict[str, Any], streaming: bool) -> None:
    rows = load_release(demo_release("street-cuboids"), split="train", streaming=streaming)
    layout = to_layout(rows, "point-cloud-detection").with_format("torch")
    names = id2label(layout)
    loader = torch.utils.data.DataLoader(layout, batch_size=5, collate_fn=page["collate"])
    (batch,) = loader
    assert Counter(names[index] for index in batch["labels"].tolist()) == {"car": 10, "pedestrian": 5}

    points, boxes = batch["points"], batch["boxes"]
    inside = in_boxes(points[:, :3], boxes)
    inside &= batch["cloud_of_point"][:, None] == batch["cloud_of_box"][None]
    assert (inside.sum(0) > 20).all()  # the points of every car and pedestrian
    is_object = inside.any(1)
    box_of_point = inside.int().argmax(1)[is_object]
    classes = torch.zeros(len(points), dtype=torch.int64)
    classes[is_object] = batch["labels"][box_of_point] + 1
    offsets = boxes[box_of_point, :3] - points[is_object, :3]

    model = PointNet(len(names))
    before = parameters(model)
    predicted = model(points, batch["cloud_of_point"], len(batch["pose"]))
    loss = torch.nn.functional.cross_entropy(predicted[:, :-3], classes)
    loss = loss + torch.nn.functional.smooth_l1_loss(predicted[is_object, -3:], offsets)
    assert torch.isfinite(loss)
    loss.backward()
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    assert_parameters_changed(model, before)
