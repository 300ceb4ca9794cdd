"""What a command is to write, and what it needs, is checked before it reads."""

import numpy as np
import pandas as pd
import pytest
from command import run_command

from skmeta import MetaEmbeddings, MetaEmbeddingVectorizer, PretrainedVectorizer
from skmeta.combine import Autoencoder

pytest.importorskip("typer")
UNREAD = "unread.txt"  # there is none: whoever reads says so
NO_FOLDER = "There is no folder 'no/folder' to write"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in a folder with a file and a folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a file").write_text("kept")
    (tmp_path / "a folder.txt").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("compare", [UNREAD, "--output"]),
        ("evaluate", [UNREAD, "--output"]),
        ("evaluate", [UNREAD, "--retrieval", UNREAD, "--output"]),
    ],
    ids=["compare", "evaluate", "retrieval"],
)
@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("table.xyz", "--output table.xyz is not the name of a table in CSV, expected"),
        ("table.tsv", "ends in .csv or .csv.gz or .csv.bz2 or .csv.xz"),
        ("table", "Change the ending"),
        ("table.csv.gz.old", "Change the ending"),
        ("no/folder/t.csv", NO_FOLDER),
        ("a folder.txt", "is a folder, expected the name of a file"),
    ],
)
def test_tables_are_refused_before_anything_is_read(
    command, options, target, message, here
):
    done = run_command(command, *options, target, check=False)
    assert done.returncode == 1
    assert message in done.stderr
    assert UNREAD not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["convert", UNREAD, "no/folder/v.txt"], NO_FOLDER),
        (["convert", UNREAD, "no/folder/v.kv"], NO_FOLDER),
        (["convert", UNREAD, "a file/v.bin"], "'a file' is a file, expected a folder"),
        (["convert", UNREAD, "a file/v"], "'a file' is a file, expected a folder"),
        (["convert", UNREAD, "a file"], "'a file' is a file, expected a folder"),
        (["convert", UNREAD, "a folder.txt"], "is a folder, expected the name of a"),
        (["convert", UNREAD, "v", "--format", "glove"], "is not one of 'word2vec'"),
        (["convert", "v.txt", "./v.txt"], "'v.txt' is named twice, expected"),
        (["combine", UNREAD, "v.bin", "-o", "v.bin"], "'v.bin' is named twice"),
        (["combine", UNREAD, UNREAD, "-o", "no/folder/v.txt"], NO_FOLDER),
        (["combine", UNREAD, UNREAD, "-o", "a file"], "'a file' is a file, expected"),
        (["combine", UNREAD, UNREAD, "-o", "v.foo"], "does not determine a format"),
        (["transform", UNREAD, UNREAD, "-o", "no/folder/v"], NO_FOLDER),
        (["transform", UNREAD, UNREAD, "-o", "a file"], "'a file' is a file, expected"),
        (["compare", UNREAD, "--plot", "p.foo"], "is not the name of a picture that"),
        (["compare", UNREAD, "--report", "r.txt"], "ends in .html or .htm"),
        (["compare", UNREAD, "--plot", "no/folder/p.png"], NO_FOLDER),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_targets_are_refused_before_anything_is_read(arguments, message, here):
    done = run_command(*arguments, check=False)
    assert done.returncode in (1, 2)
    assert message in done.stderr
    assert UNREAD not in done.stderr
    assert (here / "a file").read_text() == "kept"
    assert len(list(here.iterdir())) == 2


def test_tables_are_compressed_as_they_are_named(tmp_path):
    vectors, pairs = tmp_path / "v.txt", tmp_path / "pairs.csv"
    rows = [f"word{i} {np.cos(i):.3f} {np.sin(i):.3f}" for i in range(30)]
    vectors.write_text("\n".join(rows))
    pairs.write_text("\n".join(f"word{i},word{i + 1},{i % 5}" for i in range(29)))
    tables = []
    for name in ("table.csv", "table.CSV.gz"):
        path = tmp_path / name
        run_command("evaluate", vectors, "--similarity", pairs, "--output", path)
        tables.append(pd.read_csv(path))
    pd.testing.assert_frame_equal(*tables)
    assert path.read_bytes().startswith(b"\x1f\x8b")  # of gzip


def test_a_combiner_without_its_package_is_refused_before_files_are_read(
    here, monkeypatch
):
    monkeypatch.setattr("skmeta.combine._combiner.is_installed", lambda name: False)
    (here / UNREAD).write_text("no vectors: whoever reads says so")
    out = here / "out"
    command = ["combine", UNREAD, UNREAD, "--out", out, "--combiner"]
    done = run_command(*command, "autoencoder", check=False)
    message = 'Autoencoder needs torch. Install it with: pip install "skmeta[auto'
    assert message in done.stderr
    assert UNREAD in run_command(*command, "svd", check=False).stderr
    assert not out.exists()
    for combiner in ("autoencoder", Autoencoder("daeme")):
        with pytest.raises(ModuleNotFoundError, match="Autoencoder needs torch"):
            MetaEmbeddings([UNREAD, UNREAD], combiner=combiner)
        for level in ("word", "document"):
            meta = MetaEmbeddingVectorizer(
                [("a", PretrainedVectorizer(UNREAD)), ("b", UNREAD)],
                combiner=combiner,
                level=level,
            )
            with pytest.raises(ModuleNotFoundError, match="Autoencoder needs torch"):
                meta.fit([["a", "b"], ["b"]])


def test_dask_is_missed_before_the_model_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "skmeta.cli._transform.find_spec",
        lambda name: None if name == "distributed" else name,
    )
    done = run_command(
        "transform", UNREAD, UNREAD, "-o", tmp_path / "out", "--dask", "tcp://a:1",
        check=False,
    )  # fmt: skip
    assert "skmeta transform --dask needs dask. Install it with" in done.stderr


def test_a_folder_of_folders_names_them(tmp_path):
    vectors = tmp_path / "v.txt"
    vectors.write_text("apple 1 0\npear 0 1\n")
    for name in ("2012", "2013", ".hidden"):
        (tmp_path / "tasks" / name).mkdir(parents=True)
    for option in ("--sts", "--similarity", "--retrieval"):
        done = run_command("evaluate", vectors, option, tmp_path / "tasks", check=False)
        assert "It holds folders, '2012', '2013': name one of them." in done.stderr
    for name in ("2012", "2013", ".hidden"):
        (tmp_path / "tasks" / name).rmdir()
    done = run_command("evaluate", vectors, "--sts", tmp_path / "tasks", check=False)
    assert "Name the files one by one" in done.stderr
