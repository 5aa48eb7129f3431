"""The checks of the content of images, bitmaps and point clouds. Each check returns facts from the header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from segments_hf.images import check_and_repair
from segments_hf.images.file_structure import image_format
from segments_hf.images.opening import UnwantedError
from segments_hf.option_names import option
from segments_hf.points.files import CloudHeader, open_cloud_file

if TYPE_CHECKING:
    from segments_hf.images import Header, Repair
    from segments_hf.io.fetch_options import FetchOptions
    from segments_hf.io.file_content import FileContent

Facts_co = TypeVar("Facts_co", covariant=True)


class AssetCheck(Protocol[Facts_co]):
    """A check of the content of an asset."""

    def __call__(
        self, content: FileContent, options: FetchOptions, *, is_new: bool = True
    ) -> tuple[Facts_co, Repair | None]:
        """Check that the content is complete.

        Args:
            content: The content.
            options: The limits that apply.
            is_new: False if the content was checked before. The check of an image then omits the structure of the file.

        Returns:
            The facts, and a repaired copy if the content has a fault that can be repaired.

        Raises:
            UnwantedError: The content is not accepted, for example because it is too large or has an unsupported
                format. Another download would not help.
            AssetError: The content is not complete, or is damaged.
        """

    def decodes(self, content: bytes, options: FetchOptions) -> bool:
        """Tell whether the check decodes all pixels or points, for which it may need much memory."""


@dataclass(frozen=True)
class ImageCheck:
    """The check of an image.

    Attributes:
        is_bitmap: Whether the image is a segmentation bitmap, whose pixels are instance ids.
    """

    is_bitmap: bool = False

    def __call__(
        self, content: FileContent, options: FetchOptions, *, is_new: bool = True
    ) -> tuple[Header, Repair | None]:
        """Check an image, and repair its EXIF data if they are malformed. See `AssetCheck`."""
        return check_and_repair(content, options, is_new=is_new, is_bitmap=self.is_bitmap)

    def decodes(self, content: bytes, options: FetchOptions) -> bool:
        """Tell whether the check decodes all pixels."""
        return options.verify == "decode" or image_format(content) is None


@dataclass(frozen=True)
class CloudCheck:
    """The check of the file of a point cloud.

    Attributes:
        kind: The type of the file according to the release, such as ``pcd`` or ``kitti``; None if the release does not
            contain the type.
    """

    kind: str | None

    def __call__(self, content: FileContent, options: FetchOptions, *, is_new: bool = True) -> tuple[CloudHeader, None]:
        """Check a point cloud. See `AssetCheck`."""
        del is_new  # a file that was checked before is checked again, because its header must be read anyway
        if content.size > options.max_bytes:
            raise UnwantedError(f"got more bytes than {option('max_bytes', options.max_bytes)} allows")
        if self.kind is None:
            raise UnwantedError("got a point cloud without a type in the release, expected a type such as 'pcd'")
        cloud = open_cloud_file(content, self.kind, max_points=options.max_points)
        if options.verify == "decode":
            cloud.structured()
        return cloud.header, None

    def decodes(self, content: bytes, options: FetchOptions) -> bool:
        """Tell whether the check decodes all points."""
        del content
        return options.verify == "decode"
