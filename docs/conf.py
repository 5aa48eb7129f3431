"""The settings of the documentation, which ``sphinx-build -W docs docs/_build`` builds."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "segments-hf"
author = "segments-hf contributors"
copyright = "segments-hf contributors"  # noqa: A001 - the name that Sphinx reads
release = version = version_of("segments-hf")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "command_line",
    "docstrings",
    "export_formats",
    "public_names",
]
exclude_patterns = ["_build", "jupyter_execute", "**/.ipynb_checkpoints"]
smartquotes_action = "D"  # convert dashes only: quotation marks are often part of code

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the notebooks have their own test, which runs them

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True

# A name between backticks in a docstring becomes a link if a page documents the name, and code if no page does.
default_role = "py:obj"
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(?!segments_hf\.).*"),  # links to other libraries need their indexes from the network
    ("py:class", r"segments_hf\.release\.tasks\.label_document\.Content"),  # a type variable
]

copybutton_selector = "div:not(.highlight-output) > div.highlight > pre"
html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = f"segments-hf {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
