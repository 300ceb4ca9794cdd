import pytest

import skmeta
from skmeta import _show_versions


def test_versions_are_shown(capsys):
    skmeta.show_versions()
    lines = capsys.readouterr().out.splitlines()
    shown = dict(line.split(maxsplit=1) for line in lines)
    assert shown["skmeta"] == skmeta.__version__
    assert shown["gensim"].startswith("4.")


@pytest.mark.parametrize("missing", ["kernels", "doc2vec_kernels", "elmo_kernels"])
def test_it_says_whether_the_kernels_were_compiled(missing, capsys, monkeypatch):
    names = {"kernels": "pooling", "doc2vec_kernels": "doc2vec", "elmo_kernels": "elmo"}
    for name in names:
        monkeypatch.setattr(_show_versions, name, object())
    skmeta.show_versions()
    assert "kernels        compiled\n" in capsys.readouterr().out
    monkeypatch.setattr(_show_versions, missing, None)
    skmeta.show_versions()
    assert f"not compiled: {names[missing]} (" in capsys.readouterr().out
