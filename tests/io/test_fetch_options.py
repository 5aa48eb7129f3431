"""Options of downloads are declared once for all functions and commands, and invalid values are refused."""

from __future__ import annotations

import dataclasses
from typing import get_type_hints

import pytest
from typer.main import get_command

from segments_hf import contact_sheet, load_release, validate
from segments_hf.cli.app import app
from segments_hf.dataset.building.config import SegmentsReleaseConfig
from segments_hf.demo import demo_release
from segments_hf.errors import OptionError
from segments_hf.io.fetch_options import SIZE_OPTIONS, FetchKeywords, FetchOptions, default_of, meaning_of


@pytest.mark.parametrize("name", ["connections", "in_flight", "timeout", "max_bytes", "max_pixels"])
@pytest.mark.parametrize("value", [0, -1, "4 x", None, True, float("nan")], ids=repr)
def test_fetch_options_refuse_values_that_are_not_positive_numbers(name, value):
    with pytest.raises(OptionError, match=f"^{name}: got {value!r}, expected a number"):
        FetchOptions(**{name: value})


def test_fetch_options_read_sizes_with_units():
    options = FetchOptions(max_bytes="10MB", max_release_bytes="2GiB")
    assert (options.max_bytes, options.max_release_bytes) == (10_000_000, 2 * 2**30)


@pytest.mark.parametrize("value", ["", "all", True, None], ids=repr)
def test_fetch_options_refuse_unknown_verify(value):
    with pytest.raises(OptionError, match="^verify: got .*, .*'structure', 'decode'"):
        FetchOptions(verify=value)


class TestDeclaredOnce:
    """Functions and commands take the options of downloads from one declaration."""

    def test_fetch_keywords_have_the_same_options(self):
        expected = {
            name: int | str if name in SIZE_OPTIONS else kind for name, kind in get_type_hints(FetchOptions).items()
        }
        assert get_type_hints(FetchKeywords) == expected

    def test_every_option_is_documented(self):
        for option in dataclasses.fields(FetchOptions):
            assert f"{option.name}: {meaning_of(option)}" in FetchOptions.__doc__

    def test_the_builder_has_the_same_defaults(self):
        config = SegmentsReleaseConfig()
        assert config.fetch_options == FetchOptions()
        for option in dataclasses.fields(FetchOptions):
            assert getattr(SegmentsReleaseConfig(**{option.name: option.default}), option.name) == option.default

    @pytest.mark.parametrize("command", ["build", "push", "export", "validate", "stats", "preview"])
    def test_commands_have_the_same_options(self, command):
        parameters = {parameter.name: parameter for parameter in get_command(app).commands[command].params}
        for option in dataclasses.fields(FetchOptions):
            assert parameters[option.name].default == default_of(option)
            assert parameters[option.name].help == meaning_of(option)

    def test_unknown_options_are_refused(self):
        for function in (load_release, validate, contact_sheet):
            with pytest.raises(TypeError, match="unknown option 'speed'"):
                function(demo_release(), speed=3)
