import numpy as np
import pytest
from command import run_command

from skmeta import MetaEmbeddings, load_vectors, save_vectors


@pytest.fixture
def file(word_vectors, tmp_path):
    save_vectors(word_vectors, tmp_path / "one.txt", format="word2vec")
    return tmp_path / "one.txt"


def test_info_tells_what_a_file_holds(file):
    shown = run_command("info", file).stdout
    for text in ("word2vec", "80", "6", "none", "'word0', 'word1'", "near 'word8'"):
        assert text in shown


@pytest.mark.parametrize("name", ["v.bin", "v.kv", "v.safetensors", "v", "v.vec"])
def test_convert_to_every_format(file, name, word_vectors, tmp_path):
    out = tmp_path / name
    assert "80 words" in run_command("convert", file, out).stdout
    again = load_vectors(out)
    assert again.words == word_vectors.words
    np.testing.assert_array_equal(again.vectors, word_vectors.vectors)


def test_convert_keeps_what_is_asked_for(file, tmp_path):
    (tmp_path / "words.txt").write_text("word3 word70\nword99")
    out = tmp_path / "out.txt"
    run_command(
        "convert", file, out, "--vocabulary", tmp_path / "words.txt", "--limit", 50
    )
    assert load_vectors(out).words == ("word3",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_words_of_a_vocabulary_that_are_missing_are_counted(encoding, file, tmp_path):
    words = tmp_path / "words.txt"
    words.write_bytes("word3 word7\r\nword99 word3".encode(encoding))
    out = tmp_path / "out.txt"
    shown = run_command("convert", file, out, "--vocabulary", words).stdout
    assert load_vectors(out).words == ("word3", "word7")
    assert f"1 of 3 words of {words} is not in {file}, e.g. 'word99'" in shown
    words.write_bytes("word3 word7".encode(encoding))
    shown = run_command("convert", file, out, "--vocabulary", words).stdout
    assert "not in" not in shown
    words.write_bytes("word3 word7".encode("utf-16"))
    shown = run_command("convert", file, out, "--vocabulary", words, check=False).stderr
    assert "not UTF-8 text: it seems to be UTF-16" in shown


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "words.txt' does not exist, expected a text file of words"),
        (b"", "words.txt' holds no words, expected at least one"),
        (b" \n", "words.txt' holds no words, expected at least one"),
    ],
    ids=["missing", "empty", "blank"],
)
def test_a_vocabulary_without_words_is_named(content, message, file, tmp_path):
    words, out = tmp_path / "words.txt", tmp_path / "out.txt"
    if content is not None:
        words.write_bytes(content)
    done = run_command("convert", file, out, "--vocabulary", words, check=False)
    assert done.returncode == 1
    assert message in done.stderr
    assert not out.exists()


def test_a_folder_as_vocabulary_is_named(file, tmp_path):
    out = tmp_path / "out.txt"
    done = run_command("convert", file, out, "--vocabulary", tmp_path, check=False)
    assert f"The vocabulary '{tmp_path}' is a folder" in done.stderr


def test_an_empty_file_of_vectors_is_called_empty(tmp_path):
    (tmp_path / "empty.txt").touch()
    done = run_command("info", tmp_path / "empty.txt", check=False)
    assert "empty.txt' is empty, expected a file of word vectors" in done.stderr


@pytest.mark.parametrize("command", ["combine", "evaluate", "compare"])
def test_files_without_vectors_are_found_before_others_are_read(
    command, file, tmp_path
):
    (tmp_path / "prose.txt").write_text("once upon a time\nthere was a\n")
    table = tmp_path / "table.csv"
    rows = [f"word{i} word{i + 1},{'ab'[i % 2]}" for i in range(10)]
    table.write_text("\n".join(["text,label", *rows]))
    arguments = {
        "combine": [file, tmp_path / "prose.txt", "-o", tmp_path / "out.bin"],
        "evaluate": [file, tmp_path / "prose.txt"],
        "compare": [table, "--vectors", file, "--vectors", tmp_path / "prose.txt"],
    }
    done = run_command(command, *arguments[command], check=False)
    assert done.returncode == 1
    assert "prose.txt' is of no known format" in done.stderr
    assert "Reading one.txt" not in done.stderr
    assert not (tmp_path / "out.bin").exists()


def test_combine_makes_a_model(file, word_vectors, tmp_path):
    other = tmp_path / "other.bin"
    save_vectors(word_vectors, other, format="word2vec_binary")
    shown = run_command("combine", file, other, "-o", tmp_path / "meta").stdout
    assert "80 words x 6" in shown
    meta = MetaEmbeddings.load(tmp_path / "meta")
    assert meta.names == ("one", "other")
    expected = MetaEmbeddings([word_vectors, word_vectors])
    np.testing.assert_allclose(meta["word5"], expected["word5"], atol=1e-5)
    shown = run_command(
        "combine", file, other, "-o", tmp_path / "meta", "--combiner", "gcca", "--dim",
        3, "--missing", "regress", "--center",
    ).stdout  # fmt: skip
    assert "80 words x 3" in shown
    settings = MetaEmbeddings.load(tmp_path / "meta").settings
    assert settings["combiner"] == "GCCA(n_components=3)"
    assert settings["missing"] == "regress"
    assert settings["center"] is True
    run_command(
        "combine", file, other, "-o", tmp_path / "meta.txt", "--combiner", "average",
        "--vocabulary", "intersection",
    )  # fmt: skip
    assert load_vectors(tmp_path / "meta.txt").vector_size == 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["info", "nowhere.txt"], "There is no file"),
        (["convert", "{file}", "out.foo"], "does not determine a format"),
        (["convert", "{file}", "out", "--format", "foo"], "is not one of 'word2vec'"),
        (["combine", "{file}", "-o", "out"], "expected two or more"),
        (["combine", "{file}", "{file}", "-o", "out", "--combiner", "x"], "average"),
        (["combine", "{file}", "{file}", "-o", "out", "--vocabulary", "x"], "union"),
        (["combine", "{file}", "{file}", "-o", "out", "--missing", "x"], "regress"),
        (
            [
                "combine",
                *["{file}"] * 2,
                "-o",
                "o",
                "--dim",
                "3",
                "--combiner",
                "average",
            ],
            "keeps its dimensions",
        ),
    ],
)
def test_errors_are_one_message(arguments, message, file):
    done = run_command(*[a.format(file=file) for a in arguments], check=False)
    assert done.returncode in (1, 2)
    assert message in done.stderr
    assert len(done.stderr.splitlines()) <= 2
