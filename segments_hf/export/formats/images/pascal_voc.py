"""``pascal-voc``: an XML file of boxes for each image, and masks of classes and objects.

As in the development kit of 2012 (http://host.robots.ox.ac.uk/pascal/VOC/voc2012/devkit_doc.pdf), pixel coordinates of
boxes start at 1 and are inclusive. In ``SegmentationObject``, the n-th object in the XML has the value n.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar, NamedTuple
from xml.etree import ElementTree as ET

from segments_hf.bitmaps import encode_mask
from segments_hf.bitmaps.value_table import look_up
from segments_hf.export.format import EncodedLabel
from segments_hf.export.images.image_format import ImageFormat
from segments_hf.export.images.labelmap import LABELMAP, UNLABELED_COLOR, labelmap, labelmap_names
from segments_hf.export.images.required_parts import required_size
from segments_hf.images import inspect_image
from segments_hf.images.stored_image import stored_content
from segments_hf.io.disk.atomic import NewFile, write_file
from segments_hf.io.escaping import for_xml
from segments_hf.labels import BITMAP, BOX, POLYGON, POLYLINE
from segments_hf.labels.label import NO_AREA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segments_hf.export.format import Job
    from segments_hf.export.images.image_format import LabeledImageRow
    from segments_hf.labels import ImageLabel, LabeledObject
    from segments_hf.labels.row import Row

_ANNOTATIONS, _SETS, _IMAGES = "Annotations", "ImageSets", "JPEGImages"
_CLASS_MASKS, _OBJECT_MASKS = "SegmentationClass", "SegmentationObject"
_BACKGROUND = "background"  # the name of unlabeled pixels in labelmap.txt


class _Label(NamedTuple):
    """The content of the files of a row.

    Attributes:
        xml: The XML file.
        class_mask: The PNG with the class of each pixel; None if the label has neither a bitmap nor polygons.
        object_mask: The PNG with the object of each pixel; None if `class_mask` is None.
    """

    xml: bytes
    class_mask: bytes | None
    object_mask: bytes | None


class PascalVoc(ImageFormat[_Label]):
    """The format ``pascal-voc``, which the module describes."""

    name = "pascal-voc"
    aliases: ClassVar[tuple[str, ...]] = ("voc",)
    help = "Pascal VOC: boxes as XML; bitmaps and polygons also as palette PNGs of classes and of objects"
    object_kinds: ClassVar[frozenset[str]] = frozenset({BITMAP, BOX, POLYGON, POLYLINE})
    unique_stems = True
    unique_per_split = False

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._names = labelmap_names(job.categories)  # the XML has the same names as labelmap.txt

    @classmethod
    def output_names(cls, splits: Sequence[str], *, images: bool) -> list[str]:
        """Return the names of the files and folders that the format writes to the export folder."""
        del splits
        return [_ANNOTATIONS, _SETS, _CLASS_MASKS, _OBJECT_MASKS, LABELMAP, *([_IMAGES] if images else [])]

    def image_folder(self, split: str) -> PurePosixPath:
        """Return the folder of the images, which all splits share."""
        del split
        return PurePosixPath(_IMAGES)

    @contextmanager
    def _open_files(self) -> Iterator[None]:
        sets = self.job.folder / _SETS
        with (
            NewFile(sets / "Main" / f"{self.split}.txt") as self._main_list,
            NewFile(sets / "Segmentation" / f"{self.split}.txt") as self._segmentation_list,
        ):
            yield

    def encode_label(self, labeled_row: LabeledImageRow) -> EncodedLabel[_Label]:
        """Encode the XML and the masks of a row."""
        label, left_out = labeled_row.label.only(self.object_kinds)
        found, more_left_out = label.objects()
        objects = [item for item in found if item.box_area]
        if len(objects) < len(found):
            more_left_out[NO_AREA] += len(found) - len(objects)
        class_mask, object_mask = self._masks(label, objects)
        xml = _xml(labeled_row, objects, self._names, has_masks=class_mask is not None)
        return EncodedLabel(_Label(xml, class_mask, object_mask), len(objects), left_out + more_left_out)

    def write(self, labeled_row: LabeledImageRow, content: _Label) -> None:
        """Write the XML and the masks of a row."""
        stem = labeled_row.file.with_suffix("")
        write_file(self.job.folder / _ANNOTATIONS / f"{stem}.xml", content.xml)
        _add_line(self._main_list, stem)
        if content.class_mask is not None and content.object_mask is not None:
            write_file(self.job.folder / _CLASS_MASKS / f"{stem}.png", content.class_mask)
            write_file(self.job.folder / _OBJECT_MASKS / f"{stem}.png", content.object_mask)
            _add_line(self._segmentation_list, stem)

    def close(self) -> None:
        """Write ``labelmap.txt`` with the colors of the classes."""
        write_file(self.job.folder / LABELMAP, labelmap(_BACKGROUND, self.job.categories, self.job.colors))

    def _masks(self, label: ImageLabel, objects: Sequence[LabeledObject]) -> tuple[bytes | None, bytes | None]:
        """Return the mask of the classes and the mask of the objects, as PNG files.

        Of a vector label, only polygons are drawn. Without polygons, both masks of a vector label are None.
        """
        drawn, _ = label.only({BITMAP, POLYGON})
        if not (drawn.annotations or label.object_kinds == {BITMAP}) or (raster := drawn.rasterize()) is None:
            return None, None
        numbers = {item.annotation.id: number for number, item in enumerate(objects, start=1)}
        number_of_value = {
            item.raster_id: numbers[item.annotation.id]
            for item in drawn.objects().found
            if item.annotation.id in numbers
        }
        object_mask = look_up(raster.ids, number_of_value)
        class_values = {number: item.class_index + 1 for number, item in enumerate(objects, start=1)}
        class_mask = look_up(object_mask, class_values)
        return encode_mask(class_mask, [UNLABELED_COLOR, *self.job.colors]), encode_mask(object_mask)


def _xml(
    labeled_row: LabeledImageRow, objects: Sequence[LabeledObject], names: Sequence[str], *, has_masks: bool
) -> bytes:
    width, height = required_size(labeled_row.label)
    root = ET.Element("annotation")
    _add(root, folder=_IMAGES, filename=str(labeled_row.file))
    _add(ET.SubElement(root, "source"), database="Segments.ai", annotation="Segments.ai")
    _add(ET.SubElement(root, "size"), width=width, height=height, depth=_channels(labeled_row.row))
    _add(root, segmented=int(has_masks))
    for found in objects:
        node = ET.SubElement(root, "object")
        _add(node, name=names[found.class_index], pose="Unspecified", truncated=0, difficult=0)
        left, top, box_width, box_height = found.bbox
        right, bottom = math.ceil(left + box_width), math.ceil(top + box_height)
        box = ET.SubElement(node, "bndbox")
        _add(box, xmin=math.floor(left) + 1, ymin=math.floor(top) + 1, xmax=right, ymax=bottom)
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8")
    return content + b"\n"


def _add(node: ET.Element, **texts: object) -> None:
    for name, text in texts.items():
        ET.SubElement(node, name).text = for_xml(str(text))


def _add_line(file: NewFile, stem: PurePosixPath) -> None:
    file.write(f"{stem}\n".encode())


def _channels(row: Row) -> int:
    """Return the number of channels of the image of a row, as its header says; 3 if the row has no image."""
    image = row["image"]
    if image is None:
        return 3
    with inspect_image(stored_content(image)) as opened:
        return len(opened.getbands())


FORMAT = PascalVoc
