"""A MaskFormer trains on the panoptic layout as tutorials train it on nielsr/ade20k-panoptic-demo."""

from __future__ import annotations

import numpy as np
import pytest

from segments_hf import id2label, label2id, to_layout

from .steps import (
    CHANNEL_WEIGHTS,
    NEEDS,
    classes_of_labels,
    classes_of_objects,
    detr_config,
    shrunk,
    swin_config,
    train_one_step,
)

torch = pytest.importorskip("torch", reason=NEEDS)
transformers = pytest.importorskip("transformers", reason=NEEDS)
pytest.importorskip("scipy", reason="the loss of MaskFormer needs scipy: pip install scipy")

pytestmark = pytest.mark.training


def test_maskformer_receives_the_segments_of_the_rows_and_trains_one_step(rows):
    layout = to_layout(rows, "panoptic-segmentation")
    config = transformers.MaskFormerConfig(
        backbone_config=swin_config(),
        decoder_config=detr_config(),
        fpn_feature_size=32,
        mask_feature_size=32,
        id2label=id2label(layout),
        label2id=label2id(layout),
    )
    model = transformers.MaskFormerForInstanceSegmentation(config)
    processor = transformers.MaskFormerImageProcessor(do_resize=False, ignore_index=0)

    examples = layout[:]
    assert [label.size for label in examples["label"]] == [image.size for image in examples["image"]]
    segments = [shrunk(label) @ CHANNEL_WEIGHTS for label in examples["label"]]
    for ids, infos in zip(segments, examples["segments_info"], strict=True):
        assert set(np.unique(ids).tolist()) == {0, *(info["id"] for info in infos)}
    batch = processor(
        images=[shrunk(image) for image in examples["image"]],
        segmentation_maps=segments,
        instance_id_to_semantic_id=[
            {info["id"]: info["category_id"] for info in infos} for infos in examples["segments_info"]
        ],
        return_tensors="pt",
    )

    assert model.config.num_labels == 2
    assert classes_of_labels(batch["class_labels"], model.config.id2label) == classes_of_objects(rows)
    for masks in batch["mask_labels"]:
        segments_per_pixel = masks.sum(dim=0)
        assert segments_per_pixel.max() == 1
        assert segments_per_pixel.min() == 0  # unlabeled pixels belong to no segment
    train_one_step(model, batch)
