"""A Mask2Former trains on the instance layout as in ``run_instance_segmentation.py`` of transformers."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from segments_hf import id2label, to_layout

from .steps import NEEDS, UNLABELED, classes_of_labels, classes_of_objects, shrunk, swin_config, train_one_step

torch = pytest.importorskip("torch", reason=NEEDS)
transformers = pytest.importorskip("transformers", reason=NEEDS)
pytest.importorskip("scipy", reason="the loss of Mask2Former needs scipy: pip install scipy")

pytestmark = pytest.mark.training


def mask2former(label2id):
    config = transformers.Mask2FormerConfig(
        backbone_config=swin_config(),
        hidden_dim=32,
        feature_size=32,
        mask_feature_size=32,
        encoder_layers=1,
        decoder_layers=2,
        encoder_feedforward_dim=32,
        dim_feedforward=32,
        num_attention_heads=2,
        num_queries=20,
        train_num_points=64,
        id2label={index: name for name, index in label2id.items()},
        label2id=label2id,
    )
    return transformers.Mask2FormerForUniversalSegmentation(config)


def example(row, processor):
    """Return the inputs for one image. The first two channels of `annotation` are the class and the instance number."""
    assert row["annotation"].size == row["image"].size
    annotation = shrunk(row["annotation"])
    pairs = np.unique(annotation[..., :2].reshape(-1, 2), axis=0).tolist()
    return processor(
        images=[shrunk(row["image"])],
        segmentation_maps=[annotation[..., 1]],
        instance_id_to_semantic_id={instance: class_value for class_value, instance in pairs},
        return_tensors="pt",
    )


@pytest.mark.parametrize("reduce_labels", [False, True], ids=["unlabeled-is-a-class", "do_reduce_labels"])
def test_mask2former_receives_the_objects_of_the_rows_and_trains_one_step(rows, reduce_labels):
    layout = to_layout(rows, "instance-segmentation")
    label2id = layout[0]["semantic_class_to_id"]
    assert {index: name for name, index in label2id.items()} == id2label(layout)
    if reduce_labels:
        label2id = {name: index - 1 for name, index in label2id.items() if index}
    model = mask2former(label2id)
    processor = transformers.Mask2FormerImageProcessor(
        do_resize=False, ignore_index=255, do_reduce_labels=reduce_labels
    )

    examples = [example(row, processor) for row in layout]
    batch = {
        "pixel_values": torch.cat([item["pixel_values"] for item in examples]),
        "mask_labels": [item["mask_labels"][0] for item in examples],
        "class_labels": [item["class_labels"][0] for item in examples],
    }

    assert model.config.num_labels == (2 if reduce_labels else 3)
    background = Counter() if reduce_labels else Counter({UNLABELED: 1})
    expected = [objects + background for objects in classes_of_objects(rows)]
    assert classes_of_labels(batch["class_labels"], model.config.id2label) == expected
    for masks in batch["mask_labels"]:
        assert masks.flatten(1).any(dim=1).all()  # each object has pixels
        assert masks.sum(dim=0).max() == 1  # no pixel belongs to two objects
    train_one_step(model, batch)
