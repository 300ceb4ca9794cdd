import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import skmeta
from skmeta import _native, _show_versions

KERNELS = {
    "kernels": "pooling",
    "counting_kernels": "counting",
    "doc2vec_kernels": "doc2vec",
    "elmo_kernels": "elmo",
    "product_kernels": "products",
    "training_kernels": "training",
}


def test_all_kernels_are_named():
    assert set(KERNELS) == set(_native.__all__)


def test_versions_are_shown(capsys):
    skmeta.show_versions()
    lines = capsys.readouterr().out.splitlines()
    shown = dict(line.split(maxsplit=1) for line in lines)
    assert shown["skmeta"] == skmeta.__version__
    assert shown["gensim"].startswith("4.")


@pytest.mark.parametrize("missing", sorted(KERNELS))
def test_it_says_whether_the_kernels_were_compiled(missing, capsys, monkeypatch):
    for name in KERNELS:
        monkeypatch.setattr(_show_versions, name, object())
    skmeta.show_versions()
    assert "kernels        compiled\n" in capsys.readouterr().out
    monkeypatch.setattr(_show_versions, missing, None)
    skmeta.show_versions()
    assert f"not compiled: {KERNELS[missing]} (" in capsys.readouterr().out


def test_a_source_folder_that_hides_the_installed_package_is_named(tmp_path):
    source = Path(skmeta.__file__).parent
    compiled = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(source, tmp_path / "checkout" / "skmeta", ignore=compiled)
    installed = tmp_path / "site" / "skmeta"
    installed.mkdir(parents=True)
    (installed / "__init__.py").touch()
    metadata = tmp_path / "site" / "skmeta-0.1.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: skmeta\nVersion: 0.1\n")
    code = "import sys; sys.path.insert(0, ''); sys.path.append(sys.argv[1]);"
    code += "import skmeta; skmeta.show_versions()"
    done = subprocess.run(
        [sys.executable, "-c", code, installed.parent],
        cwd=tmp_path / "checkout",
        capture_output=True,
        text=True,
        check=True,
    )
    shown = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert shown["folder"] == str((tmp_path / "checkout" / "skmeta").resolve())
    names = "pooling, counting, doc2vec, elmo, products, training"
    assert f"not compiled: {names} (the source folder" in shown["kernels"]
    assert "hides the installed package in" in shown["kernels"]
