"""A SegFormer trains on the semantic layout as in ``run_semantic_segmentation.py`` and in blog posts."""

from __future__ import annotations

import json

import numpy as np
import pytest

from segments_hf import categories, id2label, label2id, to_layout

from .steps import (
    CHANNEL_WEIGHTS,
    NEEDS,
    SQUARE,
    UNLABELED,
    assert_parameters_changed,
    classes_of_objects,
    parameters,
    shrunk,
    train_one_step,
)

torch = pytest.importorskip("torch", reason=NEEDS)
transformers = pytest.importorskip("transformers", reason=NEEDS)

pytestmark = pytest.mark.training

IGNORED = 255  # the loss of SegFormer ignores this value


def segformer(layout):
    config = transformers.SegformerConfig(
        depths=[1] * 4,
        hidden_sizes=[8, 16, 24, 32],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
        id2label=id2label(layout),
        label2id=label2id(layout),
    )
    return transformers.SegformerForSemanticSegmentation(config)


@pytest.mark.parametrize("ignore_index", [None, IGNORED], ids=["unlabeled-is-0", "ignore_index"])
def test_segformer_receives_the_classes_of_the_rows_and_trains_one_step(rows, ignore_index):
    layout = to_layout(rows, "semantic-segmentation", ignore_index=ignore_index)
    model, processor = segformer(layout), transformers.SegformerImageProcessor(size=SQUARE)
    examples = layout[:]
    for image, label in zip(examples["image"], examples["label"], strict=True):
        assert np.array(label).shape == (image.height, image.width)

    batch = processor(images=examples["image"], segmentation_maps=examples["label"], return_tensors="pt")

    names = {**model.config.id2label, IGNORED: UNLABELED} if ignore_index else model.config.id2label
    assert model.config.num_labels == (2 if ignore_index else 3)
    for objects, label in zip(classes_of_objects(rows), batch["labels"], strict=True):
        assert {names[number] for number in label.unique().tolist()} == {*objects, UNLABELED}
    train_one_step(model, batch)


def test_labels_with_do_reduce_labels_equal_labels_with_ignore_index(rows):
    """`--do_reduce_labels` of the script has the same effect as `ignore_index=255`."""
    reducing = transformers.SegformerImageProcessor(size=SQUARE, do_reduce_labels=True)
    images = rows[:]["image"]

    def labels(processor, **options):
        masks = to_layout(rows, "semantic-segmentation", **options)[:]["label"]
        return processor(images=images, segmentation_maps=masks, return_tensors="pt")["labels"]

    ignoring = transformers.SegformerImageProcessor(size=SQUARE)
    assert torch.equal(labels(reducing), labels(ignoring, ignore_index=IGNORED))


def as_arrays(batch):
    """Return the arrays of a batch as the transform of the script does, but without augmentations."""
    images = np.stack([shrunk(image.convert("RGB")) for image in batch["image"]])
    labels = np.stack([shrunk(label) for label in batch["label"]])
    return {"pixel_values": images.transpose(0, 3, 1, 2).astype(np.float32) / 255, "labels": labels.astype(np.int64)}


def train_with_trainer(model, layout, folder, **options):
    """Train a model for one step with `transformers.Trainer`."""
    pytest.importorskip("accelerate", reason="transformers.Trainer needs accelerate: pip install accelerate")
    before = parameters(model)
    arguments = transformers.TrainingArguments(
        output_dir=str(folder),
        max_steps=1,
        per_device_train_batch_size=2,
        use_cpu=True,
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
        remove_unused_columns=False,
        **options,
    )
    trainer = transformers.Trainer(
        model=model, args=arguments, train_dataset=layout, data_collator=transformers.default_data_collator
    )
    result = trainer.train()
    assert result.global_step == 1
    assert np.isfinite(result.training_loss)
    assert_parameters_changed(model, before)


def test_trainer_trains_one_step_on_a_dataset(rows, tmp_path):
    layout = to_layout(rows, "semantic-segmentation")
    model = segformer(layout)
    layout.set_transform(as_arrays)
    train_with_trainer(model, layout, tmp_path)


@pytest.mark.parametrize("workers", [0, 2])
def test_trainer_trains_one_step_on_a_stream(load, tmp_path, workers):
    layout = to_layout(load(streaming=True), "semantic-segmentation")
    model = segformer(layout)
    arrays = layout.map(as_arrays, batched=True, batch_size=2, remove_columns=["image", "label"])
    train_with_trainer(model, arrays.with_format("torch"), tmp_path, dataloader_num_workers=workers)


def test_each_pixel_of_a_label_has_the_class_of_its_annotation(rows):
    """The class names are read from JSON with keys of text, as the script reads ``id2label.json``."""
    layout = to_layout(rows, "semantic-segmentation")
    names = {int(number): name for number, name in json.loads(json.dumps(id2label(layout))).items()}
    assert names == segformer(layout).config.id2label
    assert {name: number for number, name in names.items()} == label2id(layout)
    classes = {category.id: category.name for category in categories(rows)}
    for row, label in zip(rows, as_arrays(layout[:])["labels"], strict=True):
        expected = {0: UNLABELED, **{item["id"]: classes[item["category_id"]] for item in row["annotations"]}}
        bitmap = shrunk(row["segmentation_bitmap"])
        # The bitmaps of arc_litter have one channel.
        ids = bitmap if bitmap.ndim == 2 else bitmap[..., :3] @ CHANNEL_WEIGHTS
        assert [names[number] for number in label.flat] == [expected[number] for number in ids.flat]
