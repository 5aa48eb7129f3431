"""Makes ``load_dataset("segments_release", ...)`` known to `datasets`, without importing it."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

NAME = "segments_release"
# `datasets` has a hash of a builder's code in the path of its cache. Here the builder's version is what changes.
BUILDER_HASH = "segments-hf"

_BUILDER = "segments_hf.dataset.builder"
_REGISTRY = "datasets.packaged_modules"


def register() -> None:
    """Registers the builder now if `datasets` is imported already, else as soon as it is."""
    if _REGISTRY in sys.modules:
        _register(sys.modules[_REGISTRY])
    elif not any(isinstance(finder, _RegistryFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _RegistryFinder())


def _register(registry: ModuleType) -> None:
    registry._PACKAGED_DATASETS_MODULES[NAME] = (_BUILDER, BUILDER_HASH)  # noqa: SLF001  (there is no public way)


class _RegistryFinder(importlib.abc.MetaPathFinder):
    """Waits for the import of the registry."""

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
            spec.loader = _RegistryLoader(spec.loader)
        return spec


class _RegistryLoader(importlib.abc.Loader):
    """Loads the registry, and registers the builder in it."""

    def __init__(self, loader: importlib.abc.Loader) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _register(module)
