"""The configuration of a custom dataset of OpenPCDet.

It has the keys of ``tools/cfgs/dataset_configs/custom_dataset.yaml`` of OpenPCDet, and two keys that its models need:
``CLASS_NAMES`` and ``ANCHOR_GENERATOR_CONFIG``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segments_hf.export.point_clouds.detection.class_sizes import ClassSize

# The classes of the KITTI evaluation, which has a minimum overlap of predicted boxes for each class. OpenPCDet requires
# that each class of a dataset is mapped to one of them.
_KITTI_CLASSES = ("Car", "Pedestrian", "Cyclist", "Van", "Person_sitting", "Truck")
_MIN_CAR_LENGTH = 2.5  # meters; objects that are not longer are cyclists or pedestrians
_MIN_CYCLIST_LENGTH = 1.2  # meters; objects that are not longer are pedestrians
_VOXEL = 0.1  # meters; the steps of the range in x and y are 16 voxels
_LAYERS = 40  # the number of voxels in z that the networks of OpenPCDet require
_STRIDE = 8  # the stride of the feature map of SECOND and PV-RCNN
_MIN_POINTS = 5  # the augmentation adds only objects with at least this number of points
_SAMPLED_OBJECTS = 15  # the augmentation adds objects of a class until a point cloud has this number of them


def kitti_class(name: str, size: ClassSize) -> str:
    """Return the KITTI class that differs from the name of a class at most in upper and lower case.

    For other names, return the KITTI class that fits the mean length of the boxes.

    Args:
        name: The name of the class.
        size: The mean size of the boxes of the class.
    """
    for known in _KITTI_CLASSES:
        if name.lower() == known.lower():
            return known
    length = size.dimensions[0]
    if length > _MIN_CAR_LENGTH:
        return "Car"
    return "Cyclist" if length > _MIN_CYCLIST_LENGTH else "Pedestrian"


def dataset_config(
    sizes: Mapping[str, ClassSize], kitti: Mapping[str, str], columns: Sequence[str], cloud_range: Sequence[float]
) -> dict[str, Any]:
    """Return the configuration.

    Args:
        sizes: The mean size of the boxes of each class of the training split, by the name of the class in the files.
        kitti: The KITTI class of each class that has boxes in any split, by the name of the class in the files.
        columns: The names of the columns of points.
        cloud_range: The lowest x, y, z and the highest x, y, z.
    """
    height = cloud_range[5] - cloud_range[2]
    return {
        "CLASS_NAMES": list(sizes),
        "ANCHOR_GENERATOR_CONFIG": [_anchors(name, size) for name, size in sizes.items()],
        "DATASET": "CustomDataset",
        "DATA_PATH": "../data/custom",
        "POINT_CLOUD_RANGE": list(cloud_range),
        "MAP_CLASS_TO_KITTI": dict(kitti),
        "DATA_SPLIT": {"train": "train", "test": "val"},
        "INFO_PATH": {"train": ["custom_infos_train.pkl"], "test": ["custom_infos_val.pkl"]},
        "POINT_FEATURE_ENCODING": {
            "encoding_type": "absolute_coordinates_encoding",
            "used_feature_list": list(columns),
            "src_feature_list": list(columns),
        },
        "DATA_AUGMENTOR": {
            "DISABLE_AUG_LIST": ["placeholder"],
            "AUG_CONFIG_LIST": [
                _sampling(list(sizes), len(columns)),
                {"NAME": "random_world_flip", "ALONG_AXIS_LIST": ["x", "y"]},
                {"NAME": "random_world_rotation", "WORLD_ROT_ANGLE": [-0.78539816, 0.78539816]},
                {"NAME": "random_world_scaling", "WORLD_SCALE_RANGE": [0.95, 1.05]},
            ],
        },
        "DATA_PROCESSOR": [
            {"NAME": "mask_points_and_boxes_outside_range", "REMOVE_OUTSIDE_BOXES": True},
            {"NAME": "shuffle_points", "SHUFFLE_ENABLED": {"train": True, "test": False}},
            {
                "NAME": "transform_points_to_voxels",
                "VOXEL_SIZE": [_VOXEL, _VOXEL, round(height / _LAYERS, 6)],
                "MAX_POINTS_PER_VOXEL": 5,
                "MAX_NUMBER_OF_VOXELS": {"train": 150000, "test": 150000},
            },
        ],
    }


def _anchors(name: str, size: ClassSize) -> dict[str, Any]:
    is_large = size.dimensions[0] > _MIN_CAR_LENGTH
    return {
        "class_name": name,
        "anchor_sizes": [size.dimensions],
        "anchor_rotations": [0, 1.57],
        "anchor_bottom_heights": [size.bottom],
        "align_center": False,
        "feature_map_stride": _STRIDE,
        "matched_threshold": 0.55 if is_large else 0.5,
        "unmatched_threshold": 0.4 if is_large else 0.35,
    }


def _sampling(names: Sequence[str], num_columns: int) -> dict[str, Any]:
    """Return the options of the augmentation that adds objects from other point clouds."""
    return {
        "NAME": "gt_sampling",
        "USE_ROAD_PLANE": False,
        "DB_INFO_PATH": ["custom_dbinfos_train.pkl"],
        "PREPARE": {"filter_by_min_points": [f"{name}:{_MIN_POINTS}" for name in names]},
        "SAMPLE_GROUPS": [f"{name}:{_SAMPLED_OBJECTS}" for name in names],
        "NUM_POINT_FEATURES": num_columns,
        "DATABASE_WITH_FAKELIDAR": False,
        "REMOVE_EXTRA_WIDTH": [0.0, 0.0, 0.0],
        "LIMIT_WHOLE_SCENE": True,
    }
