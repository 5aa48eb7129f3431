"""Functions load a `Release` from its file, and read text as the path of a release or the id of a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hub.server.hub_server import HubServer

import segments_hf
from segments_hf import Release, load_release
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError, ReleaseError, SegmentsHFError

from .data_kinds import REPO, sdk_release


class TestReleaseObjects:
    def test_release_from_memory_without_a_file_is_refused(self, tmp_path: Path) -> None:
        release = Release(demo_release().read_bytes(), str(tmp_path / "nowhere.json"))
        for function in (load_release, segments_hf.categories, segments_hf.validate, segments_hf.contact_sheet):
            with pytest.raises(ReleaseError, match="nowhere.json"):
                function(release)

    def test_release_from_memory_that_differs_from_its_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "other.json").write_text('{"dataset": {"samples": []}}')
        with pytest.raises(ReleaseError, match="other.json"):
            load_release(Release(demo_release().read_bytes(), str(tmp_path / "other.json")))

    def test_release_from_memory_that_equals_its_file_is_loaded(self) -> None:
        release = Release(demo_release().read_bytes(), str(demo_release()))
        assert len(load_release(release, split="train")) == 8

    def test_release_whose_file_changed_since_it_was_opened_is_refused(self, write_release: Any) -> None:
        path = write_release([{"name": "a"}])
        release = Release.open(path)
        write_release([{"name": "b"}, {"name": "c"}])
        with pytest.raises(ReleaseError, match="changed since"):
            load_release(release, load_assets=False)

    def test_release_of_a_relative_path_is_loaded_after_a_change_of_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(demo_release().parent)
        release = Release.open(demo_release().name)
        monkeypatch.chdir(tmp_path)
        assert segments_hf.stats(release, assets=True).problems == []

    def test_release_of_the_sdk_that_is_not_ready_is_refused(self) -> None:
        with pytest.raises(OptionError, match="'v1.0'.*platform"):
            load_release(sdk_release(None))


@pytest.mark.parametrize("function", ["categories", "id2label", "label2id"])
class TestTextAsData:
    @pytest.mark.parametrize(
        "name", ["flowers.json", "flowers.json.gz", "FLOWERS.JSON", "flowers", "folder/name@v1.0.txt", "~/home.json"]
    )
    def test_text_with_the_path_of_a_file_is_a_release(
        self, name: str, function: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", str(tmp_path))
        path = Path(name).expanduser()
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(demo_release().read_bytes())
        read = getattr(segments_hf, function)
        assert read(name) == read(demo_release())

    def test_path_of_a_missing_file_is_not_requested_from_the_hub(self, function: str, tmp_path: Path) -> None:
        for data in ("nowhere.json", tmp_path / "jane" / "flowers"):
            with pytest.raises(ReleaseError, match="No such file"):
                getattr(segments_hf, function)(data)

    def test_other_text_is_the_id_of_a_dataset_on_the_hub(self, function: str, hub: HubServer) -> None:
        segments_hf.push_to_hub(demo_release(), REPO)
        read = getattr(segments_hf, function)
        assert read(REPO) == read(demo_release())
        with pytest.raises(SegmentsHFError, match="jane/nothing"):
            read("jane/nothing")


@pytest.mark.parametrize("function", ["id2label", "label2id"])
def test_column_of_a_dataset_on_the_hub_raises_option_error(function: str) -> None:
    with pytest.raises(OptionError, match=r"column: got 'annotations' for 'jane/flowers'.*load_dataset"):
        getattr(segments_hf, function)("jane/flowers", "annotations")
