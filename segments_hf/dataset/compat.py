"""Private parts of `datasets` that building uses, each with the reason.

Only this module uses them, except for those that `builder.py` overrides: `_download_and_prepare`,
`_prepare_split_single` and `_patched_for_streaming`. `tests/dataset/test_compat.py` fails when one of these names
changes. `datasets` is imported inside functions, so that `import segments_hf` does not import it.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

_REGISTRY = "datasets.packaged_modules"


def add_packaged_module(name: str, module: str, module_hash: str) -> None:
    """Make a builder known to `datasets` by a name: now if `datasets` is imported already, else as soon as it is.

    There is no public way to add a packaged module. It must not cost the import of `datasets` either, which takes a
    second: hence the hook on the import of its registry.

    Args:
        name: What `load_dataset` is given.
        module: The module with the builder.
        module_hash: What the cache takes for the hash of its code.
    """
    if _REGISTRY in sys.modules:
        _add(sys.modules[_REGISTRY], name, module, module_hash)
    elif not any(isinstance(finder, _RegistryFinder) and finder.name == name for finder in sys.meta_path):
        sys.meta_path.insert(0, _RegistryFinder(name, module, module_hash))


def _add(registry: ModuleType, name: str, module: str, module_hash: str) -> None:
    registry._PACKAGED_DATASETS_MODULES[name] = (module, module_hash)


class _RegistryFinder(importlib.abc.MetaPathFinder):
    """Waits for the import of the registry."""

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
    """Loads the registry, and adds a builder to it."""

    def __init__(self, loader: importlib.abc.Loader, builder: tuple[str, str, str]) -> None:
        self._loader = loader
        self._builder = builder

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _add(module, *self._builder)


def output_folder(builder: Any) -> Path:
    """Return the folder that a builder writes to during a build; `datasets` has no public attribute for it."""
    return Path(builder._output_dir)


def builds_folder() -> Path:
    """Return the default folder of built datasets; `datasets` has no public function for it."""
    import datasets

    return Path(datasets.config.HF_DATASETS_CACHE)


def build_lock(unfinished: Path) -> Path:
    """Return the lock file of the build in a folder whose name ends in `.incomplete`; its name is not public."""
    return unfinished.with_name(f"{unfinished.name.removesuffix('.incomplete')}_builder.lock")


def info_file(builder: Any) -> Path:
    """Return the file that `datasets` writes at the end of a build; its name is not public."""
    import datasets

    return Path(builder.cache_dir, datasets.config.DATASET_INFO_FILENAME)


def generation_error() -> type[Exception]:
    """Return the exception in which `datasets` wraps errors while it writes rows; it is not documented."""
    from datasets.exceptions import DatasetGenerationError

    error: type[Exception] = DatasetGenerationError
    return error


def progress_bar(*args: Any, **options: Any) -> Any:
    """A bar like those of `datasets`, silenced together with them; there is no public way to make one."""
    from datasets.utils import tqdm

    return tqdm(*args, **options)
