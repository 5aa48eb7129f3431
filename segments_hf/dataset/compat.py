"""The private names of `datasets` that this package uses, each with the reason; `hub/compat.py` has those for a push.

All other private names are used in this module, except for those that `builder.py` overrides: `_download_and_prepare`,
`_prepare_split_single` and `_patched_for_streaming`. `tests/dataset/test_compat.py` fails if one of these names
changes. `datasets` is imported inside functions, so that `import segments_hf` does not import it.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import ModuleType

    import pyarrow as pa
    from datasets import DatasetBuilder, GeneratorBasedBuilder
    from datasets.utils import tqdm

T = TypeVar("T")

_REGISTRY = "datasets.packaged_modules"


def add_packaged_module(name: str, module: str, module_hash: str) -> None:
    """Register a builder under a name for `load_dataset`.

    `datasets` has no public function that adds a packaged module. Importing `datasets` takes a second, so this function
    does not import it: if `datasets` is not imported yet, an import hook registers the builder later.

    Args:
        name: The name to pass to `load_dataset`.
        module: The module with the builder.
        module_hash: The text that the cache of `datasets` uses as the hash of the builder's code.
    """
    if _REGISTRY in sys.modules:
        _add(sys.modules[_REGISTRY], name, module, module_hash)
    elif not any(isinstance(finder, _RegistryFinder) and finder.name == name for finder in sys.meta_path):
        sys.meta_path.insert(0, _RegistryFinder(name, module, module_hash))


def _add(registry: ModuleType, name: str, module: str, module_hash: str) -> None:
    registry._PACKAGED_DATASETS_MODULES[name] = (module, module_hash)


class _RegistryFinder(importlib.abc.MetaPathFinder):
    """An import hook that replaces the loader of the registry of packaged modules."""

    def __init__(self, name: str, module: str, module_hash: str) -> None:
        self.name = name
        self._builder = (name, module, module_hash)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != _REGISTRY:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec and spec.loader:
            spec.loader = _RegistryLoader(spec.loader, self._builder)
        return spec


class _RegistryLoader(importlib.abc.Loader):
    """A loader that loads the registry of packaged modules, and then adds a builder to it."""

    def __init__(self, loader: importlib.abc.Loader, builder: tuple[str, str, str]) -> None:
        self._loader = loader
        self._builder = builder

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _add(module, *self._builder)


def output_folder(builder: DatasetBuilder) -> Path:
    """Return the folder into which a builder writes during a build; `datasets` has no public attribute for it."""
    return Path(builder._output_dir)


def builds_folder() -> Path:
    """Return the default folder of built datasets; `datasets` has no public function for it."""
    import datasets

    return Path(datasets.config.HF_DATASETS_CACHE)


def build_lock(unfinished: Path) -> Path:
    """Return the lock file of a build, given its folder with the suffix `.incomplete`; its name is not documented."""
    return unfinished.with_name(f"{unfinished.name.removesuffix('.incomplete')}_builder.lock")


def set_writer_batch(builder: DatasetBuilder, rows: int) -> None:
    """Set the number of rows that a builder writes together; `datasets` takes it only as an argument of the builder."""
    builder._writer_batch_size = rows


def write_tables(
    builder: GeneratorBasedBuilder,
    *,
    gen_kwargs: Mapping[str, Any],
    fpath: str,
    file_format: str,
    max_shard_size: int,
    job_id: int,
    **_: object,
) -> Iterator[Any]:
    """Write the tables of `_generate_tables`, as `_prepare_split_single` of `ArrowBasedBuilder` does.

    A builder of `datasets` generates either rows, which a stream yields one by one, or tables, which are written
    several times as fast. With this function, a builder can generate both.

    Args:
        builder: The builder.
        gen_kwargs: The arguments of `_generate_tables`.
        fpath: The path of the files, in which `datasets` replaces letters such as ``SSSSS`` by the number of the file.
        file_format: ``arrow`` or ``parquet``.
        max_shard_size: The size in bytes at which a new file begins.
        job_id: The index of this process among the processes of the build.
        **_: The arguments that only the method of `GeneratorBasedBuilder` has.
    """
    from datasets import ArrowBasedBuilder

    written: Iterator[Any] = ArrowBasedBuilder._prepare_split_single(
        builder, gen_kwargs, fpath, file_format, max_shard_size, job_id
    )
    return written


def info_file(builder: DatasetBuilder) -> Path:
    """Return the file that `datasets` writes at the end of a build; its name is not documented."""
    import datasets

    return Path(builder.cache_dir, datasets.config.DATASET_INFO_FILENAME)


def generation_error() -> type[Exception]:
    """Return the exception class in which `datasets` wraps errors during a build; it is not documented."""
    from datasets.exceptions import DatasetGenerationError

    error: type[Exception] = DatasetGenerationError
    return error


def progress_bar(items: Iterable[T] | None = None, **options: str | float | None) -> tqdm[T]:
    """Return a progress bar that the settings of `datasets` enable or disable; its class is not documented."""
    from datasets.utils import tqdm

    return tqdm(items, **options)


def cast_table(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Cast a table to the schema of the features of a dataset. `datasets` has no public function that casts a table.

    The function of pyarrow is not enough, because it cannot cast bytes to an image, or a class name to a class index.
    """
    from datasets.table import table_cast

    return table_cast(table, schema)
