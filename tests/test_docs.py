import ast
import importlib.util
import re
import sys

import pytest
from pages import ROOT, paste, read_blocks

DOCS = ROOT / "docs"
EXAMPLES = sorted((DOCS / "gallery").glob("*.py"))


def load(name):
    """Import one of the modules that build the pages."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.timeout(300)
def test_the_guide_runs_from_top_to_bottom(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in read_blocks(DOCS / "guide.md"):
        paste(block, names)
    printed = capsys.readouterr().out
    accuracies = re.findall(r"accuracy on new texts: (\S+)", printed)
    assert len(accuracies) == 3
    assert all(float(accuracy) > 0.7 for accuracy in accuracies)


def test_a_combiner_is_added_in_under_60_lines():
    [block] = read_blocks(ROOT / "CONTRIBUTING.md")
    assert len(block.splitlines()) < 60  # that it runs, test_readme tells


def test_there_are_ten_examples_with_titles():
    assert len(EXAMPLES) >= 10
    for path in EXAMPLES:
        title, line, *_ = ast.get_docstring(ast.parse(path.read_text("utf-8"))).split(
            "\n"
        )
        assert set(line) == {"="}, path
        assert len(line) == len(title), path


def test_examples_download_nothing():
    for path in EXAMPLES:
        assert not re.search(r"https?://|urllib|fetch_|downloader", path.read_text())


@pytest.mark.parametrize("name", ["plot_05_korean", "plot_06_pandas"])
def test_small_examples_run(name):
    code = (DOCS / "gallery" / f"{name}.py").read_text("utf-8")
    exec(compile(code, name, "exec"), {})


def test_every_page_is_in_the_guide_or_the_index():
    listed = "\n".join((DOCS / f"{n}.md").read_text() for n in ("index", "user_guide"))
    entries = set(re.findall(r"^(?:.*<)?([\w/]+)>?$", listed, re.M))
    assert {page.stem for page in DOCS.glob("*.md")} - {"index"} <= entries


def test_each_result_names_the_command_that_makes_it():
    text = (ROOT / "benchmarks" / "RESULTS.md").read_text("utf-8")
    sections = re.split(r"^## ", text, flags=re.M)[1:]
    for section in sections:
        assert re.search(r"python benchmarks/\w+\.py|skmeta \w+|`tests/", section)


def test_the_api_page_has_every_public_name():
    import skmeta

    page = load("list_names").list_names()
    for module in (skmeta, skmeta.combine, skmeta.evaluate, skmeta.weighting):
        for name in module.__all__:
            assert re.search(rf"^   {name}$", page, re.M) or not callable(
                getattr(module, name)
            )


def test_broken_links_are_found(tmp_path, monkeypatch):
    pytest.importorskip("sphinx")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    find = load("link_check").find_broken_links
    (tmp_path / "b.html").write_text('<p id="here">')
    (tmp_path / "a.html").write_text(
        '<a href="b.html#here"> <a href="b.html#gone"> <a href="c.html"> <a href="#">'
        '<a href="https://example.org"> <img src="https://example.org/i.png">'
    )
    assert find(tmp_path) == [
        ("a.html", "b.html#gone"),
        ("a.html", "c.html"),
        ("a.html", "https://example.org/i.png"),
    ]
