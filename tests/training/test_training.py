"""Each layout trains a step of a tiny model, for the demo release and for a real one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

import segments_hf
from segments_hf.demo import demo_release

torch = pytest.importorskip("torch", reason="torch is not installed")
transformers = pytest.importorskip("transformers", reason="transformers is not installed")

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")]

SIDE = 64
SDK_FOLDER = "segments/festay_arc_litter/v01"


@pytest.fixture(params=["demo", "arc_litter"])
def rows(request: pytest.FixtureRequest) -> Any:
    """Three rows of a release."""
    if request.param == "demo":
        return segments_hf.load_release(demo_release(), split="train").select(range(3))
    folder = request.getfixturevalue("arc_litter")
    release, pictures = folder / "arc_litter-v01.json", folder / SDK_FOLDER
    return segments_hf.load_release(release, split="train", filter_by="reviewed", segments_dir=pictures).select(
        range(3)
    )


def pixels(image: Image.Image) -> Any:
    """An image as a model takes it: (1, 3, H, W)."""
    small = np.asarray(image.convert("RGB").resize((SIDE, SIDE)), np.float32)
    return torch.from_numpy(small / 255).permute(2, 0, 1)[None]


def numbers(mask: Image.Image) -> np.ndarray:
    """A mask as small as the image."""
    return np.array(mask.resize((SIDE, SIDE), Image.Resampling.NEAREST))


def train_step(model: Any, **inputs: Any) -> None:
    """A step of training, which must change what the model has learnt."""
    before = [parameter.detach().clone() for parameter in model.parameters()]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss = model.train()(**inputs).loss
    loss.backward()
    optimizer.step()
    assert torch.isfinite(loss)
    assert loss > 0
    assert any(not torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True))


@pytest.mark.parametrize("ignore_index", [None, 255])
def test_segformer(rows: Any, ignore_index: int | None) -> None:
    data = segments_hf.to_layout(rows, "semantic-segmentation", ignore_index=ignore_index)
    id2label = segments_hf.id2label(data)
    config = transformers.SegformerConfig(
        id2label=id2label,
        label2id=segments_hf.label2id(data),
        depths=[1] * 4,
        hidden_sizes=[8] * 4,
        num_attention_heads=[1] * 4,
        decoder_hidden_size=8,
    )
    model = transformers.SegformerForSemanticSegmentation(config)
    assert model.config.num_labels == len(id2label)
    for row in data:
        labels = numbers(row["label"])
        assert set(np.unique(labels)) <= {*id2label, ignore_index}
        assert len(np.unique(labels)) > 1
        train_step(model, pixel_values=pixels(row["image"]), labels=torch.from_numpy(labels.astype(np.int64))[None])


def mask2former(id2label: dict[int, str]) -> Any:
    backbone = transformers.SwinConfig(
        image_size=SIDE,
        embed_dim=8,
        depths=[1] * 4,
        num_heads=[1] * 4,
        window_size=2,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    config = transformers.Mask2FormerConfig(
        backbone_config=backbone,
        id2label=id2label,
        feature_size=32,
        mask_feature_size=32,
        hidden_dim=32,
        encoder_feedforward_dim=16,
        dim_feedforward=16,
        encoder_layers=1,
        decoder_layers=2,
        num_attention_heads=2,
        num_queries=30,
        train_num_points=64,
    )
    return transformers.Mask2FormerForUniversalSegmentation(config)


def masks_and_classes(segments: np.ndarray, class_of: dict[int, int]) -> dict[str, Any]:
    """What the loss takes: a mask and a class for every segment."""
    found = [number for number in np.unique(segments).tolist() if number in class_of]
    assert found
    masks = torch.from_numpy(np.stack([segments == number for number in found]).astype(np.float32))
    return {"mask_labels": [masks], "class_labels": [torch.tensor([class_of[number] for number in found])]}


def test_mask2former_on_instances(rows: Any) -> None:
    data = segments_hf.to_layout(rows, "instance-segmentation")
    id2label = {number: name for name, number in data[0]["semantic_class_to_id"].items()}
    assert id2label == segments_hf.id2label(data)
    model = mask2former(id2label)
    for row in data:
        annotation = numbers(row["annotation"])
        pairs = np.unique(annotation[..., :2].reshape(-1, 2), axis=0).tolist()
        class_of = {instance: index for index, instance in pairs if instance}
        assert set(class_of.values()) <= id2label.keys() - {0}
        train_step(model, pixel_values=pixels(row["image"]), **masks_and_classes(annotation[..., 1], class_of))


def test_mask2former_on_segments(rows: Any) -> None:
    data = segments_hf.to_layout(rows, "panoptic-segmentation")
    model = mask2former(segments_hf.id2label(data))
    for row in data:
        ids = numbers(row["label"]).astype(np.int64) @ [1, 256, 65536]
        class_of = {segment["id"]: segment["category_id"] for segment in row["segments_info"]}
        assert set(np.unique(ids)) <= {0, *class_of}
        train_step(model, pixel_values=pixels(row["image"]), **masks_and_classes(ids, class_of))


def test_detr(rows: Any) -> None:
    data = segments_hf.to_layout(rows, "object-detection")
    backbone = transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=[8] * 4, depths=[1] * 4, layer_type="basic", out_features=["stage4"]
    )
    config = transformers.DetrConfig(
        id2label=segments_hf.id2label(data),
        use_timm_backbone=False,
        use_pretrained_backbone=False,
        backbone=None,
        backbone_config=backbone,
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        num_queries=30,
    )
    model = transformers.DetrForObjectDetection(config)
    for row in data:
        left, top, width, height = torch.tensor(row["objects"]["bbox"]).T
        sizes = torch.tensor([row["width"], row["height"]] * 2)
        boxes = torch.stack([left + width / 2, top + height / 2, width, height], dim=1) / sizes
        assert boxes.min() >= 0
        assert boxes.max() <= 1
        assert row["image"].size == (row["width"], row["height"])
        labels = {"class_labels": torch.tensor(row["objects"]["category"]), "boxes": boxes.float()}
        train_step(model, pixel_values=pixels(row["image"]), labels=[labels])
