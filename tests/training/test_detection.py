"""A DETR trains on the object-detection layout as in ``run_object_detection.py`` of transformers."""

from __future__ import annotations

import numpy as np
import pytest

from segments_hf import id2label, label2id, to_layout

from .steps import NEEDS, SIDE, SQUARE, classes_of_labels, classes_of_objects, detr_config, train_one_step

torch = pytest.importorskip("torch", reason=NEEDS)
transformers = pytest.importorskip("transformers", reason=NEEDS)
pytest.importorskip("scipy", reason="the loss of DETR needs scipy: pip install scipy")

pytestmark = pytest.mark.training


def coco(image_id, objects):
    """Return the objects of an image as COCO annotations, which the processor of DETR expects."""
    columns = (objects[name] for name in ("category", "area", "bbox"))
    annotations = [
        {"image_id": image_id, "category_id": category, "area": area, "bbox": bbox, "iscrowd": 0}
        for category, area, bbox in zip(*columns, strict=True)
    ]
    return {"image_id": image_id, "annotations": annotations}


def test_detr_receives_the_boxes_and_classes_of_the_rows_and_trains_one_step(rows):
    layout = to_layout(rows, "object-detection")
    assert layout.features["objects"]["category"].feature.names == list(id2label(layout).values())
    model = transformers.DetrForObjectDetection(detr_config(id2label=id2label(layout), label2id=label2id(layout)))
    processor = transformers.DetrImageProcessor(
        size={"max_height": SIDE, "max_width": SIDE}, do_pad=True, pad_size=SQUARE
    )

    examples = layout[:]
    batch = processor(
        images=[np.array(image.convert("RGB")) for image in examples["image"]],
        annotations=[coco(*pair) for pair in zip(examples["image_id"], examples["objects"], strict=True)],
        return_tensors="pt",
    )

    labels = batch["labels"]
    assert model.config.num_labels == 2
    classes = classes_of_labels([item["class_labels"] for item in labels], model.config.id2label)
    assert classes == classes_of_objects(rows)
    assert [item["image_id"].item() for item in labels] == examples["image_id"]
    for item, image, objects in zip(labels, examples["image"], examples["objects"], strict=True):
        centers, sizes = item["boxes"][:, :2], item["boxes"][:, 2:]
        assert (sizes > 0).all()
        assert (centers - sizes / 2 >= 0).all()
        assert (centers + sizes / 2 <= 1).all()
        longer_side = max(image.size)  # this side fills the square
        pixels = torch.cat([centers - sizes / 2, sizes], dim=1) * longer_side
        assert torch.allclose(pixels, torch.tensor(objects["bbox"]), atol=longer_side / SIDE)
    train_one_step(model, batch)
