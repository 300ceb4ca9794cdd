import skmeta
from skmeta import _show_versions


def test_versions_are_shown(capsys):
    skmeta.show_versions()
    lines = capsys.readouterr().out.splitlines()
    shown = dict(line.split(maxsplit=1) for line in lines)
    assert shown["skmeta"] == skmeta.__version__
    assert shown["gensim"].startswith("4.")


def test_it_says_whether_the_kernels_were_compiled(capsys, monkeypatch):
    monkeypatch.setattr(_show_versions, "kernels", object())
    skmeta.show_versions()
    assert "kernels        compiled\n" in capsys.readouterr().out
    monkeypatch.setattr(_show_versions, "kernels", None)
    skmeta.show_versions()
    assert "not compiled" in capsys.readouterr().out
