"""`class_names` makes the names of categories unique and keeps names that are unique already."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.labels.categories import class_names
from segments_hf.release import Category


@pytest.mark.parametrize(
    ("categories", "names"),
    [
        ([(28, "bell_pepper"), (29, "bell_pepper")], ["bell_pepper", "bell_pepper (29)"]),
        ([(1, "a"), (2, "a"), (3, "a")], ["a", "a (2)", "a (3)"]),
        ([(1, "a"), (2, "a"), (3, "a (2)")], ["a", "a (2) (2)", "a (2)"]),
        ([(1, "a (2)"), (2, "a"), (3, "a")], ["a (2)", "a", "a (3)"]),
        ([(0, "Background"), (1, "unlabeled"), (2, "Blüte [x] (y)")], ["Background", "unlabeled", "Blüte [x] (y)"]),
        ([(1, ""), (2, "")], ["", " (2)"]),
    ],
    ids=str,
)
def test_repeated_name_gets_its_category_id(categories, names):
    assert class_names([Category(*category) for category in categories]) == names


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["a", "a (1)", "a (2)", "a (1) (1)", "b"])),
        unique_by=lambda c: c[0],
    )
)
def test_class_names_are_unique_and_the_first_of_equal_names_is_unchanged(categories):
    names = class_names([Category(*category) for category in categories])
    category_names = [name for _, name in categories]
    assert len(set(names)) == len(names)
    for index, name in enumerate(category_names):
        if category_names.index(name) == index:
            assert names[index] == name
