"""Every public function that takes data takes data of every kind, and makes the same of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import datasets
import numpy as np
import pytest
from dataset.making import jpeg, label, sample
from hub import conftest as hub_conftest
from hub.hub_server import HubServer
from release.platform_server import KEY, serving

import segments_hf
from segments_hf import Release, load_release
from segments_hf.demo import demo_release
from segments_hf.errors import AssetError, OptionError, ReleaseError, SegmentsHFError

hub = hub_conftest.hub  # a fixture

REPO = "jane/flowers"


def of_sdk(url: str) -> Any:
    """What `SegmentsClient.get_release` returns: its `segments.typing.Release` has the URL in its attributes."""
    return SimpleNamespace(name="v1.0", status="SUCCEEDED", attributes=SimpleNamespace(url=url))


@pytest.fixture
def url(server: Any) -> str:
    """The demo release and its pictures on a server."""
    folder = demo_release().parent
    for path in folder.glob("*/*.*g"):
        server.url(f"/{path.relative_to(folder)}", path.read_bytes())
    return server.url("/flowers.json", demo_release().read_bytes())


@pytest.fixture
def reference(url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The demo release on the platform, whose releases have absolute URLs."""
    folder = url.rpartition("/")[0]
    text = (
        demo_release().read_text().replace('"images/', f'"{folder}/images/').replace('"labels/', f'"{folder}/labels/')
    )
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("SEGMENTS_API_KEY", KEY)
    with serving() as platform:
        monkeypatch.setenv("SEGMENTS_API_URL", platform.api)
        platform.release("v1.0", text.encode())
        yield "jane/flowers@v1.0"


def built() -> datasets.Dataset:
    return load_release(demo_release(), split="train")


def streamed() -> datasets.IterableDataset:
    return load_release(demo_release(), split="train", streaming=True)


RELEASES: dict[str, Callable[[Any], Any]] = {
    "path": lambda ask: demo_release(),
    "text": lambda ask: str(demo_release()),
    "URL": lambda ask: ask("url"),
    "reference": lambda ask: ask("reference"),
    "Release": lambda ask: Release.open(demo_release()),
    "Release of a URL": lambda ask: Release.open(ask("url")),
    "the SDK's": lambda ask: of_sdk(ask("url")),
    "dict of paths": lambda ask: {"train": demo_release()},
    "dict of Releases": lambda ask: {"train": Release.open(demo_release())},
    "dict of the SDK's": lambda ask: {"train": of_sdk(ask("url"))},
}
DATASETS: dict[str, Callable[[Any], Any]] = {
    "Dataset": lambda ask: built(),
    "DatasetDict": lambda ask: datasets.DatasetDict(train=built()),
    "dict of datasets": lambda ask: {"train": built()},
    "IterableDataset": lambda ask: streamed(),
    "IterableDatasetDict": lambda ask: load_release(demo_release(), streaming=True),
    "dict of streams": lambda ask: {"train": streamed()},
}
KINDS = RELEASES | DATASETS


def rows_of(dataset: Any) -> list[dict[str, Any]]:
    """The rows of the one split that there is."""
    return list(dataset["train"] if isinstance(dataset, dict) else dataset)


def pixels_of(dataset: Any, column: str) -> list[Any]:
    return [row[column] and (np.asarray(row[column]).tobytes(), row[column].size) for row in rows_of(dataset)]


def pushed(data: Any, folder: Path) -> Any:
    segments_hf.push_to_hub(data, REPO)
    back = datasets.load_dataset(REPO)
    return {name: [(row["name"], len(row["annotations"] or ())) for row in rows] for name, rows in back.items()}


def exported(data: Any, folder: Path) -> Any:
    done = segments_hf.export_dataset(data, "coco", folder)
    return done.images, done.objects, json.loads((folder / "annotations/instances_train.json").read_text())["images"]


def previewed(data: Any, folder: Path) -> Any:
    page = segments_hf.preview(data, folder / "preview.html").read_text()
    return [page.count(f'"meadow_0{number}.jpg"') for number in range(1, 9)]


def validated(data: Any, folder: Path) -> Any:
    report = segments_hf.validate(data, assets=True)
    return report.samples, report.findings, report.unlabeled_share


def plotted(data: Any, folder: Path) -> Any:
    return [[axes.get_title() for axes in segments_hf.plot(data, index=index).axes] for index in (0, 3)]


FUNCTIONS: dict[str, Callable[[Any, Path], Any]] = {
    "to_layout": lambda data, _: [row["objects"] for row in rows_of(segments_hf.to_layout(data, "object-detection"))],
    "add_semantic_masks": lambda data, _: pixels_of(segments_hf.add_semantic_masks(data), "semantic_mask"),
    "add_instance_masks": lambda data, _: pixels_of(segments_hf.add_instance_masks(data), "instance_mask"),
    "add_panoptic_masks": lambda data, _: pixels_of(segments_hf.add_panoptic_masks(data), "panoptic_mask"),
    "push_to_hub": pushed,
    "export_dataset": exported,
    "validate": validated,
    "stats": lambda data, _: segments_hf.stats(data, assets=True).classes,
    "preview": previewed,
    "contact_sheet": lambda data, _: segments_hf.contact_sheet(data).tobytes(),
    "plot": plotted,
    "categories": lambda data, _: [item.name for item in segments_hf.categories(data)],
    "id2label": lambda data, _: segments_hf.id2label(data),
    "label2id": lambda data, _: segments_hf.label2id(data),
}


@pytest.fixture(scope="module")
def wanted() -> dict[str, Any]:
    """What each function makes of the path of the demo release."""
    return {}


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_takes_every_kind_of_data(
    function: str, kind: str, wanted: dict[str, Any], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    use = FUNCTIONS[function]
    if function not in wanted:
        wanted[function] = use(demo_release(), tmp_path / "wanted")
    assert use(KINDS[kind](request.getfixturevalue), tmp_path / "got") == wanted[function]


@pytest.mark.parametrize("kind", RELEASES)
@pytest.mark.parametrize("streaming", [False, True])
def test_load_release_takes_every_kind_of_release(kind: str, streaming: bool, request: pytest.FixtureRequest) -> None:
    loaded = load_release(RELEASES[kind](request.getfixturevalue), streaming=streaming)
    assert list(loaded) == ["train"]
    assert [row["name"] for row in rows_of(loaded)] == [row["name"] for row in built()]


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (demo_release, datasets.DatasetDict),
        (lambda: {"train": built(), "test": built()}, datasets.DatasetDict),
        (lambda: {"train": streamed()}, datasets.IterableDatasetDict),
        (built, datasets.Dataset),
        (streamed, datasets.IterableDataset),
    ],
    ids=["release", "dict of datasets", "dict of streams", "dataset", "stream"],
)
def test_masks_and_layouts_are_of_the_kind_of_the_data(make: Callable[[], Any], kind: type) -> None:
    data = make()
    assert type(segments_hf.add_semantic_masks(data)) is kind
    made = segments_hf.to_layout(data, "semantic-segmentation")
    assert type(made) is kind
    if isinstance(data, dict):
        assert list(made) == list(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (3, "got int, wanted a release"),
        ({}, "got an empty dict"),
        ({"train": 3}, "got int as split 'train'"),
        (lambda: {"train": built(), "test": demo_release()}, "load the releases first"),
        (lambda: {"train": datasets.DatasetDict(train=built())}, "got DatasetDict as split 'train'"),
    ],
    ids=["number", "nothing", "dict of numbers", "releases beside datasets", "dict of dicts"],
)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_no_data_is_refused(data: Any, message: str, function: str, tmp_path: Path) -> None:
    with pytest.raises(SegmentsHFError, match=message):
        FUNCTIONS[function](data() if callable(data) else data, tmp_path)


def test_a_release_with_a_broken_picture_becomes_a_layout_without_it(write_release: Any, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    box = label(annotations=[{"id": 1, "category_id": 1, "type": "bbox", "points": [[1, 1], [3, 3]]}])
    release = write_release([sample("a", "a.jpg", box), sample("b", "gone.jpg", box)], task_type="bboxes")
    with pytest.raises(AssetError, match=r"gone\.jpg"):
        segments_hf.to_layout(release, "object-detection")
    for on_error in ("skip", "keep"):
        assert len(segments_hf.to_layout(release, "object-detection", on_error=on_error)["train"]) == 1


def test_datasets_and_streams_in_one_dict_make_no_dict_of_masks() -> None:
    with pytest.raises(OptionError, match="datasets and streams"):
        segments_hf.add_semantic_masks({"train": built(), "test": streamed()})


class TestReleaseObjects:
    def test_a_release_in_memory_that_is_nowhere_is_refused(self, tmp_path: Path) -> None:
        release = Release(demo_release().read_bytes(), str(tmp_path / "nowhere.json"))
        for function in (load_release, segments_hf.categories, segments_hf.validate, segments_hf.contact_sheet):
            with pytest.raises(ReleaseError, match="made in memory, and there is no file"):
                function(release)

    def test_a_release_in_memory_that_is_not_its_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "other.json").write_text('{"dataset": {"samples": []}}')
        with pytest.raises(ReleaseError, match="the file at its location has another content"):
            load_release(Release(demo_release().read_bytes(), str(tmp_path / "other.json")))

    def test_a_release_in_memory_that_is_its_file_is_loaded(self) -> None:
        release = Release(demo_release().read_bytes(), str(demo_release()))
        assert len(load_release(release, split="train")) == 8

    def test_a_file_that_has_changed_since_it_was_opened_is_refused(self, write_release: Any) -> None:
        path = write_release([{"name": "a"}])
        release = Release.open(path)
        write_release([{"name": "b"}, {"name": "c"}])
        with pytest.raises(ReleaseError, match="changed since it was opened"):
            load_release(release, load_assets=False)

    def test_a_relative_path_is_that_of_the_folder_it_was_opened_in(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(demo_release().parent)
        release = Release.open(demo_release().name)
        monkeypatch.chdir(tmp_path)
        assert segments_hf.stats(release, assets=True).problems == []

    def test_a_release_of_the_sdk_that_is_not_ready_is_refused(self) -> None:
        with pytest.raises(OptionError, match="'v1.0' .*the platform is still making it"):
            load_release(of_sdk(None))


class TestCategories:
    @pytest.mark.parametrize(
        "name", ["flowers.json", "flowers.json.gz", "FLOWERS.JSON", "flowers", "some/where@v1.0.txt", "~/home.json"]
    )
    def test_text_that_names_a_file_is_a_release(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", str(tmp_path))
        path = Path(name).expanduser()
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(demo_release().read_bytes())
        assert [item.name for item in segments_hf.categories(name)] == ["flower", "leaf"]

    def test_a_file_that_is_not_there_is_not_looked_for_on_the_hub(self, tmp_path: Path) -> None:
        for data in ("nowhere.json", tmp_path / "jane" / "flowers"):
            with pytest.raises(ReleaseError, match="No such file"):
                segments_hf.categories(data)

    def test_any_other_text_is_a_dataset_on_the_hub(self, hub: HubServer) -> None:
        segments_hf.push_to_hub(demo_release(), REPO)
        assert segments_hf.categories(REPO) == segments_hf.categories(demo_release())
        with pytest.raises(SegmentsHFError, match="wanted the path of a release file, or the id of a dataset"):
            segments_hf.categories("jane/nothing")


class TestSplitNames:
    @pytest.mark.parametrize("split", ["train[2:4]", "train[:1]+train[3:4]", "train[25%:50%]"])
    def test_part_of_a_split_is_pushed_as_this_split(self, split: str, hub: HubServer) -> None:
        part = load_release(demo_release(), split=split)
        segments_hf.push_to_hub(part, REPO)
        back = datasets.load_dataset(REPO)
        assert list(back) == ["train"]
        assert [row["name"] for row in back["train"]] == [row["name"] for row in part]

    @pytest.mark.parametrize("layout", [None, "semantic-segmentation"])
    @pytest.mark.parametrize("split", ["train+test", "all"])
    def test_several_splits_in_one_are_refused_before_anything_is_sent(
        self,
        split: str,
        layout: str | None,
        hub: HubServer,
        tmp_path: Path,
    ) -> None:
        both = load_release(demo_release(), splits={"train": 0.5, "test": 0.5}, split=split)
        with pytest.raises(OptionError, match=r"pass \{'train': data\} to name it"):
            segments_hf.push_to_hub(both, REPO, layout=layout)
        with pytest.raises(OptionError, match=r"pass \{'train': data\} to name it"):
            segments_hf.export_dataset(both, "coco", tmp_path / "out")
        assert hub.requests == []
        assert list(tmp_path.iterdir()) == []
        assert pushed({"train": both}, tmp_path)["train"] == [(row["name"], len(row["annotations"])) for row in both]
        assert len(segments_hf.validate(both).findings) == 0


class TestPlot:
    def test_an_index_chooses_the_row(self) -> None:
        halves = {"train": built().select(range(3)), "test": built().select(range(3, 8))}
        streams = {name: part.to_iterable_dataset() for name, part in halves.items()}
        for index, name in enumerate(built()["name"]):
            for data in (demo_release(), built(), halves, streams):
                assert segments_hf.plot(data, index=index).get_suptitle().startswith(name)

    def test_the_frames_of_a_sequence_are_rows(self, write_release: Any) -> None:
        frames = [{"image": {"url": "a.jpg"}, "name": f"{number}"} for number in range(3)]
        samples = [{"name": name, "attributes": {"frames": frames}, "labels": {}} for name in "ab"]
        path = write_release(samples, task_type="image-segmentation-sequence")
        assert [segments_hf.plot(path, index=index).get_suptitle()[0] for index in range(6)] == list("aaabbb")

    @pytest.mark.parametrize("make", [demo_release, built, streamed], ids=["release", "dataset", "stream"])
    def test_a_row_that_is_not_there_is_refused(self, make: Callable[[], Any]) -> None:
        for index in (-1, 8):
            with pytest.raises(OptionError, match=f"index: got {index}"):
                segments_hf.plot(make(), index=index)

    def test_only_the_picture_of_this_row_is_fetched(self, url: str, server: Any) -> None:
        segments_hf.plot(url, index=2)
        assert [path for path in server.asked if path.endswith(("jpg", "png"))] == [
            "/images/meadow_03.jpg",
            "/labels/meadow_03.png",
        ]

    def test_a_sample_that_cannot_be_read_is_told(self, write_release: Any) -> None:
        path = write_release([{"name": "a"}, {"labels": {}}])
        with pytest.raises(SegmentsHFError, match=r"samples\[1\].*without a `name`"):
            segments_hf.plot(path, index=1)


LAYOUTS = ["semantic-segmentation", "instance-segmentation", "panoptic-segmentation", "object-detection"]


@pytest.mark.parametrize("ignore_index", [None, 255])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_statistics_of_a_pushed_layout_are_those_of_its_rows(
    layout: str,
    ignore_index: int | None,
    hub: HubServer,
) -> None:
    rows = segments_hf.stats(demo_release(), assets=True)
    options = {"ignore_index": ignore_index} if layout == "semantic-segmentation" else {}
    segments_hf.push_to_hub(segments_hf.to_layout(demo_release(), layout, keep_unlabeled=True, **options), REPO)
    back = datasets.load_dataset(REPO, split="train")
    for data in (back, datasets.load_dataset(REPO, streaming=True)):
        found = segments_hf.stats(data)
        assert (found.images, found.labeled, found.problems) == (rows.images, rows.labeled, [])
        assert found.together == rows.together
        assert [item.images for item in found.classes] == [item.images for item in rows.classes]
        if layout == "semantic-segmentation":
            assert (found.objects, found.sizes, found.objects_per_image) == (0, None, {})
        else:
            assert [item.objects for item in found.classes] == [item.objects for item in rows.classes]
            assert (found.sizes, found.objects_per_image) == (rows.sizes, rows.objects_per_image)
        if layout == "object-detection":
            assert found.unlabeled_pixels is None
        else:
            assert found.unlabeled_pixels == rows.unlabeled_pixels
            assert [item.pixels for item in found.classes] == [item.pixels for item in rows.classes]
    assert segments_hf.stats(back, limit=2).images == 2


def test_a_label_of_a_layout_that_cannot_be_read_is_told() -> None:
    laid_out = segments_hf.to_layout(built(), "semantic-segmentation")
    buffer = io.BytesIO()
    laid_out[0]["label"].save(buffer, "PNG")
    broken = {"bytes": buffer.getvalue()[:200], "path": None}
    features = laid_out.features
    rows = datasets.Dataset.from_list([{"image": None, "label": broken}], features=features)
    found = segments_hf.stats(rows)
    assert (found.images, len(found.problems), found.unlabeled_pixels) == (1, 1, None)
