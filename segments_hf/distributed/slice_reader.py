"""Read the rows of a slice of a release as tables for Ray."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import datasets
import pyarrow as pa

from segments_hf.dataset.rows.problems import report
from segments_hf.dataset.rows.row_batches import storage_schema
from segments_hf.io.redaction import own_logger
from segments_hf.layouts.left_out import reasons_text
from segments_hf.layouts.row_report import LeftOut, row_reports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from logging import Logger

    from segments_hf.dataset.rows.problems import Problem
    from segments_hf.hub.sources.row_sources import SliceRows

logger: Logger = own_logger(__name__)


@dataclass(frozen=True)
class SliceReader:
    """A reader of the rows of a slice. It can be pickled.

    Attributes:
        rows: The slice.
        schema: The columns of the tables, without the metadata of `datasets`.
        split: The name of the split, for messages.
    """

    rows: SliceRows
    schema: pa.Schema
    split: str

    def tables(self) -> Iterator[pa.Table]:
        """Make the rows, and log the numbers of rows and objects that were left out.

        Yields:
            Tables of up to 64 rows, with the bytes of the images, and with JSON as strings. If all rows were left out,
            one table without rows.

        Raises:
            SegmentsHFError: A sample has an error, and `on_error` is ``raise``. The error names the sample.
        """
        maker = self.rows.maker
        features = datasets.Features.from_arrow_schema(storage_schema(maker.features))
        problems: list[Problem] = []
        left_out = LeftOut()
        has_rows = False
        for batch in replace(self.rows, maker=replace(maker, features=features)).batches(None):
            problems += [problem for row in batch.rows for problem in row.problems]
            kept = []
            for row in row_reports(batch.table):
                kept.append(row.row_left_out is None)
                left_out.add(LeftOut({row.row_left_out: 1}) if row.row_left_out else LeftOut(objects=row.left_out))
            if any(kept):
                has_rows = True
                table = batch.table.select(self.schema.names).filter(pa.array(kept))
                yield table.replace_schema_metadata(None)
        report(problems)
        for noun, counts in (("rows", left_out.rows), ("objects", left_out.objects)):
            if counts:
                logger.warning(
                    "%s, slice %d: %s left out: %s", self.split, self.rows.number, noun, reasons_text(counts)
                )
        if not has_rows:
            yield self.schema.empty_table()
