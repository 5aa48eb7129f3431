"""One training step, configurations of small models, and the expected classes of the labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

import segments_hf

NEEDS = "training needs torch and transformers: pip install torch transformers"
SIDE = 128  # width and height of the training images in pixels; small, but every instance still has pixels
SQUARE = {"height": SIDE, "width": SIDE}
UNLABELED = "unlabeled"
CHANNEL_WEIGHTS = np.array([1, 256, 65536])  # weights of red, green and blue in an id


def train_one_step(model: Any, batch: Mapping[str, Any]) -> None:
    """Train one step with plain gradient descent, which changes only parameters that the loss depends on."""
    import torch

    model.train()
    before = parameters(model)
    loss = model(**batch).loss
    assert torch.isfinite(loss)
    loss.backward()
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    assert_parameters_changed(model, before)


def shrunk(image: Any) -> np.ndarray:
    """Return the pixels of an image or a mask at the training size, without interpolation, so that ids stay valid."""
    pixels = np.array(image)
    height, width = pixels.shape[:2]
    return pixels[np.arange(SIDE) * height // SIDE][:, np.arange(SIDE) * width // SIDE]


def parameters(model: Any) -> dict[str, Any]:
    """Return a copy of the parameters of a model, by name."""
    return {name: value.detach().clone() for name, value in model.named_parameters()}


def assert_parameters_changed(model: Any, before: Mapping[str, Any]) -> None:
    """Assert that training changed a parameter, and that all parameters are finite."""
    after = parameters(model)
    assert any((after[name] != value).any() for name, value in before.items())
    assert all(value.isfinite().all() for value in after.values())


def classes_of_objects(rows: Any) -> list[Counter[str]]:
    """Return the number of objects of each class in each row, from the category ids of the release."""
    names = {category.id: category.name for category in segments_hf.categories(rows)}
    return [Counter(names[item["category_id"]] for item in row) for row in rows[:]["annotations"]]


def classes_of_labels(class_labels: Any, id2label: Mapping[int, str]) -> list[Counter[str]]:
    """Return the number of objects of each class in the labels of each image that a model receives."""
    return [Counter(id2label[index] for index in indices.tolist()) for indices in class_labels]


def swin_config() -> Any:
    """Return the configuration of a small Swin transformer."""
    from transformers import SwinConfig

    stages = [f"stage{number}" for number in range(1, 5)]
    return SwinConfig(embed_dim=16, depths=[1] * 4, num_heads=[1] * 4, window_size=4, out_features=stages)


def detr_config(**options: Any) -> Any:
    """Return the configuration of a small DETR. A MaskFormer uses it for its decoder."""
    from transformers import DetrConfig, ResNetConfig

    resnet = ResNetConfig(embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1] * 4, out_features=["stage4"])
    return DetrConfig(
        backbone_config=resnet,
        use_timm_backbone=False,
        use_pretrained_backbone=False,
        backbone=None,
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        num_queries=20,
        **options,
    )
