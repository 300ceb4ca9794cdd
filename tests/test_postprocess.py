import bz2
import gzip
import lzma
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from processes import outputs_of
from sklearn.decomposition import PCA

from skmeta import MetaEmbeddings, WordVectors, load_vectors
from skmeta._vectors._subwords import Subwords
from skmeta.postprocess import (
    _gauss_seidel,
    _rows,
    center,
    normalize,
    remove_components,
    retrofit,
)

LEXICON = {
    "word0": ["word1", "word2", "unheard-of"],
    "word2": ["word0", "word40", "word40", "word2"],
    "word79": ["word5", "word0"],
    "unknown": ["word3", "word4"],
    "word6": [],
}
FUNCTIONS = {
    "normalize": normalize,
    "center": center,
    "remove_components": remove_components,
    "retrofit": lambda word_vectors: retrofit(word_vectors, LEXICON),
}
each_function = pytest.mark.parametrize("change", FUNCTIONS.values(), ids=FUNCTIONS)

matrices = st.tuples(st.integers(1, 12), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.floats(-100, 100, width=32))
)


def named(vectors, counts=None):
    return WordVectors([f"word{i}" for i in range(len(vectors))], vectors, counts)


def unit(vectors):
    vectors = np.asarray(vectors, dtype=np.float64)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(norms == 0, 1, norms)


@pytest.fixture
def skewed():
    """Return vectors with a mean and dominant directions, some of them zeros."""
    rng = np.random.default_rng(2)
    mixing = rng.standard_normal((20, 20)) * 0.8 ** np.arange(20)
    vectors = rng.standard_normal((300, 20)) @ mixing.T + rng.standard_normal(20)
    vectors[[4, 77]] = 0
    return named(vectors, np.arange(300, 0, -1) * 7)


# ---- what all of them keep


@each_function
def test_words_and_counts_are_kept_and_zeros_stay(change, skewed):
    changed = change(skewed)
    assert changed.words == skewed.words
    np.testing.assert_array_equal(changed.counts, skewed.counts)
    assert changed.vectors.dtype == np.float32
    assert np.flatnonzero(~changed.vectors.any(axis=1)).tolist() == [4, 77]


@each_function
def test_subwords_are_left_out(change, word_vectors):
    subwords = Subwords(np.ones((10, 6), dtype=np.float32), 3, 6)
    source = WordVectors(word_vectors.words, word_vectors.vectors, None, subwords)
    assert change(source).subwords is None


@each_function
def test_the_input_is_left_as_it_is(change, skewed):
    before = skewed.vectors.copy()
    assert not np.shares_memory(change(skewed).vectors, skewed.vectors)
    np.testing.assert_array_equal(skewed.vectors, before)


@each_function
def test_every_kind_of_source_gives_the_same(change, word_vectors, tmp_path):
    word_vectors.save(tmp_path / "saved")
    expected = change(word_vectors).vectors
    sources = [
        word_vectors.to_gensim(),
        dict(zip(word_vectors.words, word_vectors.vectors)),
        str(tmp_path / "saved"),
        WordVectors.open(tmp_path / "saved"),  # memory-mapped, read-only
        MetaEmbeddings([word_vectors], combiner="concatenate", normalize=False),
    ]
    for source in sources:
        np.testing.assert_array_equal(change(source).vectors, expected)


@each_function
def test_small_blocks_give_the_same(change, skewed, monkeypatch):
    expected = change(skewed).vectors
    monkeypatch.setattr(_rows, "_NUMBERS_BLOCK_SIZE", 50)  # 2 of 20 dimensions
    monkeypatch.setattr(_gauss_seidel, "_ROWS_BLOCK_SIZE", 1)
    np.testing.assert_allclose(change(skewed).vectors, expected, rtol=0, atol=1e-6)


@each_function
def test_the_order_of_the_words_does_not_matter(change, skewed):
    if change is FUNCTIONS["retrofit"]:
        change = lambda source: retrofit(source, LEXICON, n_iterations=None)  # noqa: E731
    order = np.random.default_rng(0).permutation(len(skewed))
    shuffled = WordVectors([skewed.words[i] for i in order], skewed.vectors[order])
    changed = change(shuffled).vectors
    np.testing.assert_allclose(changed, change(skewed).vectors[order], atol=3e-6)


@each_function
def test_meta_embeddings_take_what_comes_out(change, word_vectors):
    meta = MetaEmbeddings([change(word_vectors), word_vectors])
    again = change(meta)
    assert again.words == meta.word_vectors.words
    assert MetaEmbeddings([again]).wv.most_similar("word1")


def test_all_are_the_same_in_another_process(skewed, tmp_path):
    skewed.save(tmp_path)
    code = (
        "import sys, hashlib; from skmeta.postprocess import *\n"
        f"lexicon = {LEXICON!r}; path = sys.argv[1]\n"
        "made = [normalize(path), center(path), remove_components(path)]\n"
        "made += [retrofit(path, {k: set(v) for k, v in lexicon.items()})]\n"
        "print(*[hashlib.sha256(m.vectors.tobytes()).hexdigest() for m in made])\n"
    )
    assert len(outputs_of(code, tmp_path)) == 1


# ---- normalize and center


@given(vectors=matrices)
def test_rows_get_unit_length(vectors):
    normalized = normalize(named(vectors)).vectors
    norms = np.linalg.norm(normalized.astype(np.float64), axis=1)
    np.testing.assert_allclose(norms, vectors.any(axis=1), atol=1e-6)
    np.testing.assert_allclose(normalized, unit(vectors), atol=1e-6)


def test_tiny_and_huge_rows_get_unit_length_too():
    vectors = np.array([[1e-44, 0], [3e38, 3e38], [1e-30, -1e-30]], dtype=np.float32)
    half = np.sqrt(0.5)
    expected = [[1, 0], [half, half], [half, -half]]
    np.testing.assert_allclose(normalize(named(vectors)).vectors, expected, rtol=1e-6)
    pairs = [("word0", "word1")]
    retrofitted = retrofit(named(vectors), pairs, n_iterations=None)["word2"]
    np.testing.assert_allclose(retrofitted, expected[2], rtol=1e-6)


@given(vectors=matrices)
def test_column_means_are_subtracted(vectors):
    present = vectors.any(axis=1)
    expected = vectors.astype(np.float64)
    if present.any():
        expected[present] -= expected[present].mean(axis=0)
    np.testing.assert_allclose(center(named(vectors)).vectors, expected, atol=1e-4)


def test_a_large_mean_does_not_swallow_the_rest():
    rng = np.random.default_rng(0)
    vectors = (rng.standard_normal((50_000, 3)) + 1000).astype(np.float32)
    means = center(named(vectors)).vectors.mean(axis=0, dtype=np.float64)
    np.testing.assert_allclose(means, 0, atol=1e-7)


def test_equal_rows_become_zeros_and_not_noise():
    vectors = np.full((7, 3), 0.1, dtype=np.float32)
    assert not center(named(vectors)).vectors.any()
    assert not remove_components(named(vectors)).vectors.any()


def test_order_matters(skewed):
    unit_last = normalize(center(skewed)).vectors
    unit_first = normalize(center(normalize(skewed))).vectors
    assert np.abs(unit_last - unit_first).max() > 0.01


def test_centering_twice_changes_nothing(skewed):
    once = center(skewed)
    np.testing.assert_allclose(center(once).vectors, once.vectors, atol=1e-6)


# ---- remove_components


@pytest.mark.parametrize("n_components", [0, 1, 3, 19, 20])
def test_what_remains_is_what_sklearns_pca_leaves(skewed, n_components):
    present = skewed.vectors.any(axis=1)
    rows = skewed.vectors[present].astype(np.float64)
    pca = PCA(n_components, svd_solver="full").fit(rows)
    centered = rows - pca.mean_
    expected = centered - centered @ pca.components_.T @ pca.components_
    remaining = remove_components(skewed, n_components=n_components).vectors[present]
    scale = np.abs(centered).max()
    np.testing.assert_allclose(remaining, expected, rtol=1e-5, atol=1e-6 * scale)


def test_removing_none_centers_and_all_leaves_zeros(skewed):
    none = remove_components(skewed, n_components=0)
    np.testing.assert_array_equal(none.vectors, center(skewed).vectors)
    everything = remove_components(skewed, n_components=20).vectors
    assert not everything.any()


@pytest.mark.parametrize(("size", "n_removed"), [(5, 1), (100, 1), (300, 3)])
def test_one_in_a_hundred_dimensions_is_removed(size, n_removed):
    rng = np.random.default_rng(0)
    vectors = named(rng.standard_normal((400, size)))
    expected = remove_components(vectors, n_components=n_removed).vectors
    np.testing.assert_array_equal(remove_components(vectors).vectors, expected)


@given(vectors=matrices, n_components=st.integers(0, 5))
def test_nothing_is_left_in_the_removed_directions(vectors, n_components):
    n_components = min(n_components, vectors.shape[1])
    remaining = remove_components(named(vectors), n_components=n_components).vectors
    scale = max(1, np.abs(vectors).max())
    present = vectors.any(axis=1)
    if present.any():
        np.testing.assert_allclose(
            remaining[present].mean(axis=0), 0, atol=1e-5 * scale
        )
    rank = np.linalg.matrix_rank(remaining, tol=1e-3 * scale)
    assert rank <= vectors.shape[1] - n_components


@pytest.mark.parametrize("n_components", [-1, 7, 1.5, "two"])
def test_strange_numbers_of_components_are_refused(word_vectors, n_components):
    with pytest.raises(
        ValueError, match=r"Found n_components=.* 6 dimensions, expected"
    ):
        remove_components(word_vectors, n_components=n_components)


# ---- retrofit


def one_after_the_other(vectors, lists, n_iterations, alpha=1.0, beta=None):
    """Compute the update of the paper, word by word."""
    first = np.asarray(vectors, dtype=np.float64)
    q = first.copy()
    for _ in range(n_iterations):
        for i in range(len(q)):
            if n := len(lists[i]):
                b = 1 / n if beta is None else beta
                q[i] = (alpha * first[i] + b * q[lists[i]].sum(axis=0)) / (
                    alpha + b * n
                )
    return q


def listed(lexicon, words, directed=False):
    """List the rows of each word's neighbours."""
    sets = [set() for _ in words]
    row = {word: i for i, word in enumerate(words)}
    for word, neighbours in lexicon.items():
        for other in neighbours:
            if word in row and other in row and word != other:
                sets[row[word]].add(row[other])
                if not directed:
                    sets[row[other]].add(row[word])
    return [sorted(rows) for rows in sets]


def solution(first, lists, alpha=1.0, beta=None):
    """Solve the equations that the iterations lead to."""
    n_words = len(first)
    equations, right = np.eye(n_words), np.array(first, dtype=np.float64)
    for i, rows in enumerate(lists):
        if rows:
            b = 1 / len(rows) if beta is None else beta
            equations[i, i] = alpha + b * len(rows)
            equations[i, rows] = -b
            right[i] *= alpha
    return np.linalg.solve(equations, right)


def distances(q, first, lists, alpha=1.0, beta=None):
    """Compute what the iterations make smaller, for neighbours of each other."""
    total = 0.0
    for i, rows in enumerate(lists):
        weight = alpha * len(rows) if beta is None else alpha / beta
        total += weight * ((q[i] - first[i]) ** 2).sum()
        total += ((q[i] - q[rows]) ** 2).sum() / 2
    return total


def random_lexicon(n_words, n_pairs, seed=0):
    rng = np.random.default_rng(seed)
    lexicon = {}
    for i, j in zip(*(rng.random((2, n_pairs)) ** 2 * n_words).astype(int)):
        lexicon.setdefault(f"word{i}", []).append(f"word{j}")
    return lexicon


vocabulary = st.sampled_from([f"word{i}" for i in range(9)] + ["unknown"])
lexicons = st.dictionaries(vocabulary, st.lists(vocabulary, max_size=6))


@given(
    lexicon=lexicons,
    n_iterations=st.integers(1, 4),
    alpha=st.floats(0.01, 100),
    beta=st.none() | st.floats(0.01, 10),
    directed=st.booleans(),
    is_normalized=st.booleans(),
    seed=st.integers(0, 9),
)
def test_any_lexicon_gives_what_a_plain_loop_gives(
    lexicon, n_iterations, alpha, beta, directed, is_normalized, seed
):
    source = named(np.random.default_rng(seed).standard_normal((9, 3)))
    lists = listed(lexicon, source.words, directed)
    first = unit(source.vectors) if is_normalized else source.vectors
    call = {"alpha": alpha, "beta": beta}
    arguments = {"n_iterations": n_iterations, "normalize": is_normalized, **call}
    if not any(lists):
        with pytest.raises(ValueError, match="lexicon"):
            retrofit(source, lexicon, directed=directed, **arguments)
        return
    expected = one_after_the_other(first, lists, n_iterations, **call)
    made = retrofit(source, lexicon, directed=directed, **arguments).vectors
    np.testing.assert_allclose(made, expected, atol=2e-6)


@pytest.mark.parametrize("directed", [False, True])
def test_a_larger_lexicon_gives_what_a_plain_loop_gives(directed):
    source = named(np.random.default_rng(3).standard_normal((500, 8)))
    lexicon = random_lexicon(500, 3000)
    lists = listed(lexicon, source.words, directed)
    expected = one_after_the_other(unit(source.vectors), lists, 10)
    made = retrofit(source, lexicon, directed=directed).vectors
    np.testing.assert_allclose(made, expected, atol=1e-6)


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize(
    ("alpha", "beta"), [(1.0, None), (0.1, None), (20.0, None), (1.0, 1.0), (0.5, 0.02)]
)
def test_iterations_lead_to_the_solution(directed, alpha, beta):
    source = named(np.random.default_rng(4).standard_normal((200, 5)))
    lexicon = random_lexicon(200, 800)
    lists = listed(lexicon, source.words, directed)
    expected = solution(unit(source.vectors), lists, alpha, beta)
    call = {"alpha": alpha, "beta": beta, "directed": directed}
    made = retrofit(source, lexicon, n_iterations=None, **call).vectors
    np.testing.assert_allclose(made, expected, atol=2e-6)


def test_every_iteration_halves_the_distance_to_the_solution():
    source = named(np.random.default_rng(5).standard_normal((200, 5)))
    lexicon = random_lexicon(200, 800)
    lists = listed(lexicon, source.words)
    exact = solution(unit(source.vectors), lists)
    far = np.abs(unit(source.vectors) - exact).max()
    for n_iterations in range(1, 11):
        made = retrofit(source, lexicon, n_iterations=n_iterations).vectors
        far = 0.5 * far
        assert np.abs(made - exact).max() <= far + 1e-6
        far = np.abs(made - exact).max()


@pytest.mark.parametrize(("alpha", "beta"), [(1.0, None), (0.2, None), (1.0, 0.7)])
def test_no_iteration_makes_the_sum_of_distances_larger(alpha, beta):
    source = named(np.random.default_rng(6).standard_normal((200, 5)))
    lexicon = random_lexicon(200, 800)
    call = {"alpha": alpha, "beta": beta}
    lists = listed(lexicon, source.words)
    first = unit(source.vectors)
    totals = [distances(first, first, lists, **call)]
    for n_iterations in range(1, 12):
        made = retrofit(source, lexicon, n_iterations=n_iterations, **call).vectors
        totals.append(distances(made, first, lists, **call))
    totals.append(distances(solution(first, lists, **call), first, lists, **call))
    assert all(np.diff(totals) <= 1e-6 * totals[0])
    assert totals[-1] < 0.9 * totals[0]


def test_words_without_neighbours_keep_their_vectors(word_vectors):
    alone = [word for word in word_vectors.words if word not in str(LEXICON)]
    kept = retrofit(word_vectors, LEXICON, normalize=False)
    np.testing.assert_array_equal(kept[alone], word_vectors[alone])
    scaled = retrofit(word_vectors, LEXICON)
    np.testing.assert_array_equal(scaled[alone], normalize(word_vectors)[alone])
    apart = ["word3", "word4", "word6"]  # of an unknown word, and of none
    np.testing.assert_array_equal(kept[apart], word_vectors[apart])


def test_directed_neighbours_do_not_move(word_vectors):
    pairs = [("word1", "word2")]
    first = normalize(word_vectors)
    moved = retrofit(word_vectors, pairs, directed=True)
    np.testing.assert_array_equal(moved["word2"], first["word2"])
    middle = (first["word1"] + first["word2"]) / 2
    np.testing.assert_allclose(moved["word1"], middle, atol=1e-7)


def test_no_word_is_drawn_to_zeros():
    source = named([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    made = retrofit(source, {"word0": ["word1"], "word1": ["word0", "word2"]})
    expected = retrofit(source, {"word1": ["word2"]})
    np.testing.assert_array_equal(made.vectors, expected.vectors)


def write_lexicon(folder, kind):
    lines = "".join(" ".join([word, *LEXICON[word]]) + "\n" for word in LEXICON)
    text = ("\ufeff" * (kind == "marked") + lines + "\n").encode()
    path = folder / f"lexicon.{kind}"
    openers = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("lexicon.txt", text)
    else:
        with openers.get(kind, open)(path, "wb") as file:
            file.write(text)
    return path


@pytest.mark.parametrize("kind", ["txt", "marked", "gz", "bz2", "xz", "zip"])
@pytest.mark.parametrize("directed", [False, True])
def test_files_say_what_dicts_say(kind, directed, word_vectors, tmp_path):
    path = write_lexicon(tmp_path, kind)
    expected = retrofit(word_vectors, LEXICON, directed=directed)
    for given_path in (path, str(path)):
        made = retrofit(word_vectors, given_path, directed=directed)
        np.testing.assert_array_equal(made.vectors, expected.vectors)


def test_pairs_say_what_dicts_say(word_vectors):
    pairs = [(word, other) for word in LEXICON for other in LEXICON[word]]
    expected = retrofit(word_vectors, LEXICON, directed=True).vectors
    for given_pairs in (pairs, iter(pairs), set(pairs), list(map(list, pairs))):
        made = retrofit(word_vectors, given_pairs, directed=True)
        np.testing.assert_array_equal(made.vectors, expected)


@pytest.mark.parametrize(
    ("lexicon", "error", "message"),
    [
        (5, TypeError, "Found a lexicon of type int, 5, expected a dict"),
        (None, TypeError, "of type NoneType"),
        ({}, ValueError, r"Found the empty lexicon \{\}, expected"),
        ([], ValueError, "empty lexicon"),
        ({"word1": "word2"}, TypeError, "'word1': 'word2', expected a word and a list"),
        ({"word1": [2]}, TypeError, "entry 'word1'"),
        ({1: ["word2"]}, TypeError, "entry 1: "),
        (["word1 word2"], TypeError, "expected two words"),
        ([("word1", "word2", 0.5)], TypeError, "expected two words"),
        ([("word1", 2)], TypeError, "expected two words"),
        (
            {"Word1": ["Word2"]},
            ValueError,
            "no two of the words .* begins with 'Word1'",
        ),
        ({"word1": ["word1"]}, ValueError, "no two of the words"),
        ("missing.txt", FileNotFoundError, "no file 'missing.txt' .* Check the path"),
    ],
)
def test_strange_lexicons_are_refused(lexicon, error, message, word_vectors):
    with pytest.raises(error, match=message):
        retrofit(word_vectors, lexicon)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty lexicon"),
        (b"\n \n", "empty lexicon"),
        (b"word1 word2\nword2 \xff\xfe\n", "Line 2 of .* is not UTF-8 text"),
        (b"word1,word2\n", "no two of the words .* 'word1,word2'"),
        (gzip.compress(b"word1 word2\n" * 999, mtime=0)[:-9], "damaged or cut off"),
    ],
)
def test_strange_files_are_refused(content, message, word_vectors, tmp_path):
    (tmp_path / "lexicon").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        retrofit(word_vectors, tmp_path / "lexicon")


@pytest.mark.parametrize(
    "arguments",
    [
        {"n_iterations": 0},
        {"n_iterations": 2.5},
        {"alpha": 0},
        {"alpha": float("nan")},
        {"alpha": None},
        {"beta": -1},
        {"beta": float("inf")},
        {"beta": "degree"},
    ],
)
def test_strange_numbers_are_refused(arguments, word_vectors):
    [name] = arguments
    with pytest.raises(
        ValueError, match=rf"Found {name}=.*, expected .*\. Leave it out"
    ):
        retrofit(word_vectors, LEXICON, **arguments)


@pytest.mark.parametrize(
    ("alpha", "beta"), [(1e300, None), (1e-3, None), (1.0, 1e-300)]
)
def test_extreme_weights_come_to_an_end(alpha, beta, word_vectors):
    call = {"alpha": alpha, "beta": beta}
    made = retrofit(word_vectors, LEXICON, n_iterations=None, **call)
    lists = listed(LEXICON, word_vectors.words)
    expected = solution(unit(word_vectors.vectors), lists, alpha, beta)
    np.testing.assert_allclose(made.vectors, expected, atol=1e-5)


def test_a_progress_bar_is_shown_when_asked_for(word_vectors, capsys):
    retrofit(word_vectors, LEXICON)
    assert not capsys.readouterr().err
    retrofit(word_vectors, LEXICON, verbose=1)
    assert "Retrofitting: " in capsys.readouterr().err


# ---- published vectors


def test_published_vectors_lose_what_they_have_in_common(data):
    source = load_vectors(data / "vectors" / "glove6b_50d_9k.txt.gz")

    def mean_cosine(word_vectors):
        return np.square(unit(word_vectors.vectors).mean(axis=0)).sum()

    for change in (center, remove_components):
        assert mean_cosine(change(source)) < mean_cosine(source) / 10


def test_published_vectors_of_neighbours_come_nearer(data):
    source = load_vectors(data / "vectors" / "googlenews_w2v_300d_8k.txt.gz")
    pairs = [("big", "large"), ("fast", "quick"), ("car", "automobile")]
    pairs = [pair for pair in pairs if pair[0] in source and pair[1] in source]
    made = retrofit(source, pairs)
    assert pairs
    for one, other in pairs:
        before = source.to_gensim().similarity(one, other)
        assert made.to_gensim().similarity(one, other) > max(before, 0.6)
