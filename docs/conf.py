"""How these pages are built, without network: python -m sphinx -W docs docs/_build."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
os.environ.setdefault("OMP_NUM_THREADS", "1")  # the same vectors on every machine

import skmeta

MISSING = [package for package in ("torch", "h5py") if not find_spec(package)]

project = "skmeta"
author = "The skmeta developers"
copyright = author
version = release = skmeta.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "gallery"]
templates_path = ["_templates"]
suppress_warnings = ["config.cache"]  # the gallery's settings hold classes
nitpicky = True  # a reference to nothing is a warning
nitpick_ignore_regex = [("py:.*", r"(scipy|sklearn|tempfile)\..*")]  # of other packages

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

copybutton_selector = "div:not(.highlight-text, .highlight-none) > div.highlight pre"
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True

autosummary_generate = True
autodoc_typehints = "none"  # numpydoc has the types
autodoc_mock_imports = MISSING
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False  # the template lists them

html_theme = "pydata_sphinx_theme"
html_title = "skmeta"
html_show_sourcelink = False
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
    "header_links_before_dropdown": 5,
}
html_sidebars = {  # none on pages that have no others below them
    page: []
    for page in ("guide", "benchmarks", "architecture", "contributing", "changelog")
}
html_static_path = ["_static"]
html_css_files = ["skmeta.css"]

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "auto_gallery",
    "filename_pattern": r"(?<!homonyms)\.py$" if MISSING else r"\.py$",
    "within_subsection_order": "FileNameSortKey",
    "doc_module": ("skmeta",),
    "reference_url": {"skmeta": None},
    "backreferences_dir": None,
    "default_thumb_file": str(HERE / "_static" / "program.png"),
    "show_memory": False,
    "show_signature": False,
    "remove_config_comments": True,
    "download_all_examples": False,
    "abort_on_example_error": False,
    "only_warn_on_example_error": False,
    "write_computation_times": False,
    "min_reported_time": 0,
}

MOVED = {  # links that work in the repository, and where the built pages have them
    "../benchmarks/RESULTS.md": "benchmarks.md",
    "../CONTRIBUTING.md": "contributing.md",
    "../CHANGELOG.md": "changelog.md",
    "../README.md": "index.md",
}


def _move_links(app, docname, source):
    """Link to the pages made of files beside this folder."""
    for there, here in MOVED.items():
        source[0] = source[0].replace(f"]({there}", f"]({here}")


def _skip_foreign_members(app, what, name, value, skip, options):
    """Leave out what scikit-learn documents."""
    function = getattr(value, "fget", value)
    module = getattr(function, "__module__", None) or ""
    return None if module.startswith("skmeta") else True


def setup(app):
    """Connect the functions above to Sphinx's events."""
    app.connect("source-read", _move_links)
    app.connect("autodoc-skip-member", _skip_foreign_members)
