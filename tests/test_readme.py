import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BLOCKS = [
    block
    for page in (
        README,
        ROOT / "CONTRIBUTING.md",
        *sorted((ROOT / "docs").glob("*.md")),
    )
    if page.name != "guide.md"  # whose blocks run one after the other
    for block in re.findall(
        r"^( *)```python\n(.*?)^ *```", page.read_text("utf-8"), re.M | re.S
    )
]


@pytest.mark.parametrize(("indent", "code"), BLOCKS)
@pytest.mark.timeout(300)
def test_pasted_code_runs(indent, code, tmp_path, monkeypatch, capsys):
    for package, name in (("skmeta.dask", "distributed"), ("skops", "skops")):
        if f"from {package}" in code or f"import {package}" in code:
            pytest.importorskip(name)
    monkeypatch.chdir(tmp_path)
    if "ELMo" in code:
        pytest.importorskip("torch")
        pytest.importorskip("h5py")
        pytest.importorskip("skmeta.elmo._vectorizer", reason="without ELMo")
    exec(compile(re.sub(rf"^{indent}", "", code, flags=re.M), "README.md", "exec"), {})


def test_the_two_commands_stand_there():
    text = README.read_text("utf-8")
    assert 'pip install ".[cli]" && skmeta compare\n' in text
    assert 'pip install -e ".[test]" && pytest\n' in text
