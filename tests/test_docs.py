import ast
import pkgutil
import re
from pathlib import Path

import pytest
from pages import ROOT, check_printed, paste, read_blocks, read_examples

import skmeta

DOCS = ROOT / "docs"
PACKAGE = Path(skmeta.__file__).parent
EXAMPLES = sorted((DOCS / "gallery").glob("*.py"))


@pytest.mark.timeout(300)
def test_the_guide_runs_from_top_to_bottom(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    names, everything = {}, ""
    for block, stated in read_examples(DOCS / "guide.md"):
        paste(block, names)
        printed = capsys.readouterr().out
        if stated is None:
            assert not printed, f"the page does not show what this prints:\n{block}"
        else:
            check_printed(printed, stated)
        everything += printed
    [baseline] = re.findall(r"^TF-IDF: (\S+)", everything, re.M)
    [winner] = re.findall(r"^on the test texts: (\S+)", everything, re.M)
    assert float(winner) > float(baseline)


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


@pytest.mark.parametrize("name", ["plot_05_korean", "plot_06_pandas", "plot_14_parts"])
def test_small_examples_run(name):
    if name == "plot_14_parts":
        pytest.importorskip("matplotlib").use("Agg")
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


def list_public_names():
    """Return what the modules export, as far as it is documented by itself."""
    modules = {
        module.name: f"skmeta.{module.name}"
        for module in pkgutil.iter_modules(skmeta.__path__)
        if not module.name.startswith("_") and module.name not in ("cli", "tokenize")
    }
    exported = {"skmeta": skmeta.__all__}
    for module in modules.values():
        path = PACKAGE / module.removeprefix("skmeta.") / "__init__.py"
        [names] = [
            ast.literal_eval(node.value)
            for node in ast.parse(path.read_text("utf-8")).body
            if ast.unparse(node).startswith("__all__ = ")
        ]
        exported[module] = names
    return {
        module: [name for name in names if name not in modules]
        for module, names in exported.items()
    }


def test_the_api_page_has_every_public_name():
    page = (DOCS / "api.rst").read_text("utf-8")
    _, *sections = re.split(r"^\.\. module:: ", page, flags=re.M)
    listed = {
        section.split("\n", 1)[0]: re.findall(r"^   (\w+)$", section, re.M)
        for section in sections
    }
    assert listed == list_public_names()


def test_no_summary_cites_a_reference():
    """Tables of the API show summaries, where a reference has no target."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                summary = (ast.get_docstring(node) or "").split("\n\n")[0]
                assert "]_" not in summary, f"{path}: {node.name}"


def test_every_path_on_the_page_of_the_architecture_exists():
    page = (DOCS / "architecture.md").read_text("utf-8")
    paths = re.findall(r"`((?:skmeta|tests)/[\w/.]*)`", page)
    assert len(paths) > 40
    homes = {"skmeta": PACKAGE.parent, "tests": ROOT}  # the package may be installed
    assert not [p for p in paths if not (homes[p.split("/")[0]] / p).exists()]


def test_the_page_of_the_architecture_has_every_room_in_the_order_of_the_layers():
    from test_layers import LAYERS

    page = (DOCS / "architecture.md").read_text("utf-8")
    [table] = re.findall(r"^\| room \|.*?\n\n", page, re.M | re.S)
    _, _, *rows = table.strip().splitlines()
    rooms = [re.findall(r"`skmeta/(\w+)(?:\.py|/)`", row.split("|")[1]) for row in rows]
    levels = {room: n for n, layer in enumerate(LAYERS) for room in layer}
    assert sorted(sum(rooms, ["__init__"])) == sorted(levels)
    highest = -1
    for row in rooms:
        assert min(levels[room] for room in row) > highest, row
        highest = max(levels[room] for room in row)
