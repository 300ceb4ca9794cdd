import re
from pathlib import Path

import pytest
from pages import ROOT, check_printed, paste, read_blocks, read_examples

README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCKS = [
    pytest.param(block, printed, id=f"{page.stem}-{number}")
    for page in PAGES
    if page.name != "guide.md"  # whose blocks run one after the other
    for number, (block, printed) in enumerate(read_examples(page))
]


@pytest.mark.parametrize(("code", "printed"), BLOCKS)
@pytest.mark.timeout(300)
def test_pasted_code_runs(code, printed, tmp_path, monkeypatch, capsys):
    for package, name in (("skmeta.dask", "distributed"), ("skops", "skops")):
        if f"from {package}" in code or f"import {package}" in code:
            pytest.importorskip(name)
    monkeypatch.chdir(tmp_path)
    if "ELMo" in code:
        pytest.importorskip("torch")
        pytest.importorskip("h5py")
        pytest.importorskip("skmeta.elmo._vectorizer", reason="without ELMo")
    paste(code, {})
    if printed is not None:
        check_printed(capsys.readouterr().out, printed)


@pytest.mark.parametrize(
    ("printed", "stated"),
    [
        ("score: 0.913", "score: 0.813"),
        ("928 texts", "1,100 texts"),
        ("score: 0.913", "accuracy: 0.913"),
        ("[1.0 0.5]", "[1.0 0.5 0.5]"),
        ("pets", ""),
    ],
)
def test_stale_output_is_noticed(printed, stated):
    with pytest.raises(AssertionError):
        check_printed(printed, stated)


def test_output_may_differ_in_the_last_digits():
    check_printed("'mean' 0.93\n1,346 words", "'median' 0.91\n1,301 words")


def test_links_of_the_readme_work_elsewhere():
    text = README.read_text("utf-8")
    home = "https://github.com/skmeta/skmeta/blob/main/"
    targets = re.findall(r"^\[\w+\]: (\S+)$", text, re.M)
    assert targets
    assert all(target.startswith("https://") for target in targets)
    for target in targets:
        if target.startswith(home):
            assert (ROOT / target.removeprefix(home)).exists(), target
    used = set(re.findall(r"\]\[(\w+)\]", text))
    assert used == set(re.findall(r"^\[(\w+)\]: ", text, re.M))
    assert not re.findall(r"\]\((?!https://)", text)  # relative, broken on PyPI


def test_the_prompt_is_that_of_a_terminal(tmp_path):
    pty = pytest.importorskip("pty", reason="pseudo-terminals need a Unix")
    import os
    import subprocess
    import sys

    code = "\n".join([*read_blocks(Path(ROOT, "docs", "guide.md"))[:2], "exit()", ""])
    mine, its = pty.openpty()
    environment = os.environ | {"PYTHON_BASIC_REPL": "1", "TERM": "dumb"}
    with subprocess.Popen(
        [sys.executable, "-q"], stdin=its, stdout=its, stderr=its, env=environment
    ) as process:
        os.close(its)
        for line in code.splitlines(keepends=True):  # a terminal holds 4,096 letters
            os.write(mine, line.encode())
        shown = b""
        while True:
            try:
                shown += os.read(mine, 4096)
            except OSError:  # the other side was closed
                break
    os.close(mine)
    assert process.returncode == 0
    assert b"Error" not in shown
    assert b" texts\r\n" in shown


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("for i in [1]:\n    i\ni", SyntaxError),
        ("class A:\n    a = 1\n\n    b = 1", IndentationError),
        ("len('ab')  # 3", AssertionError),
        ("1 / 0", ZeroDivisionError),
    ],
)
def test_what_does_not_paste_is_noticed(code, error):
    with pytest.raises(error):
        paste(code, {})


def test_the_two_commands_stand_there():
    text = README.read_text("utf-8")
    assert 'pip install ".[cli]" && skmeta compare\n' in text
    assert 'pip install -e ".[test]" && pytest\n' in text
