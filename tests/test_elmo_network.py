"""The network of ELMo: the published outputs, and a computation step by step."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
h5py = pytest.importorskip("h5py")

from elmo_models import KINDS, make_bilm, make_options, read_step_by_step

from skmeta.elmo import load_bilm
from skmeta.elmo._characters import number_characters
from skmeta.elmo._reading import Batch, initial_state, read_batch, read_documents

WORDS = [*["a", "bb", "ccc"], "naïve", "한국어", "x" * 60, "<S>", "", "\ud800z", "🍎"]
DOCUMENTS = [WORDS[:3], [], WORDS, ["a"], WORDS[::-1] * 3, ["bb", "a"]]


def layers_of(bilm, documents, **parameters):
    """Return (n_layers, n_tokens, vector_size) for each document."""
    found = [np.zeros((bilm.n_layers, 0, bilm.vector_size))] * len(documents)

    def keep(batch, vectors):
        parts = np.split(vectors, batch.ends[:-1], axis=1)
        for number, part in zip(batch.numbers, parts):
            found[number] = part.copy()

    read_documents(bilm, documents, keep, **parameters)
    return found


def arrays_of(bilm, folder):
    bilm.save(folder)
    arrays = {}
    with h5py.File(folder / "weights.hdf5") as file:
        file.visititems(
            lambda name, item: (
                arrays.update({name: item[:].astype(np.float64)})
                if isinstance(item, h5py.Dataset)
                else None
            )
        )
    return arrays


@pytest.mark.parametrize("kind", KINDS)
def test_layers_are_those_of_a_computation_step_by_step(kind, tmp_path):
    changes = KINDS[kind]
    bilm = make_bilm(**changes)
    arrays = arrays_of(bilm, tmp_path / "model")
    options = make_options(**changes)
    got = layers_of(bilm.double(), DOCUMENTS, start="zeros", batch_tokens=40)
    for document, vectors in zip(DOCUMENTS, got):
        if document:
            expected, _ = read_step_by_step(arrays, options, document)
            np.testing.assert_allclose(vectors, expected, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("clip", ["cell_clip", "proj_clip"])
def test_clips_are_reached_in_these_tests(clip, tmp_path):
    got = layers_of(make_bilm(), DOCUMENTS, start="zeros")
    other = layers_of(make_bilm(**{clip: None}), DOCUMENTS, start="zeros")
    assert max(abs(a - b).max() for a, b in zip(got, other) if a.size) > 0.01


def test_warm_state_is_what_empty_sentences_lead_to(tmp_path):
    bilm = make_bilm(scale=0.4)
    arrays, states = arrays_of(bilm, tmp_path / "model"), None
    for _ in range(30):
        _, states = read_step_by_step(arrays, make_options(), [], states)
    expected, _ = read_step_by_step(arrays, make_options(), WORDS, states)
    [got] = layers_of(bilm.double(), [WORDS], start="warm")
    np.testing.assert_allclose(got, expected, atol=1e-6, rtol=1e-6)


def test_warm_state_follows_changed_weights():
    bilm = make_bilm()
    before = initial_state(bilm, "warm")
    with torch.no_grad():
        bilm.layers[0].bias.add_(1)
    after = initial_state(bilm, "warm")
    assert not torch.equal(before[0][0], after[0][0])


def test_vectors_depend_on_the_document_alone():
    bilm = make_bilm(scale=0.4)
    together = layers_of(bilm, DOCUMENTS)
    turned = layers_of(bilm, DOCUMENTS[::-1], batch_tokens=5, n_jobs=2)[::-1]
    for number, document in enumerate(DOCUMENTS):
        [alone] = layers_of(bilm, [document])
        np.testing.assert_allclose(together[number], alone, atol=2e-6)
        np.testing.assert_allclose(together[number], turned[number], atol=2e-6)


def test_long_documents_go_piece_by_piece(tmp_path, monkeypatch):
    bilm = make_bilm(scale=0.4)
    document = (WORDS * 70)[:600]
    [whole] = layers_of(bilm, [document], start="zeros")
    monkeypatch.setattr("skmeta.elmo._network._TOKENS_BLOCK_SIZE", 7)
    [pieces] = layers_of(bilm, [document], start="zeros")
    np.testing.assert_allclose(whole, pieces, atol=2e-6)
    arrays = arrays_of(bilm, tmp_path / "model")
    expected, _ = read_step_by_step(arrays, make_options(), document)
    np.testing.assert_allclose(whole, expected, atol=5e-5)


def test_threads_and_repetition_change_no_digit():
    bilm = make_bilm()
    documents = DOCUMENTS * 5
    once = layers_of(bilm, documents, batch_tokens=20)
    for n_jobs in (None, 2):
        again = layers_of(bilm, documents, batch_tokens=20, n_jobs=n_jobs)
        for one, other in zip(once, again):
            np.testing.assert_array_equal(one, other)


def test_callers_keep_their_number_of_threads():
    before = torch.get_num_threads()
    layers_of(make_bilm(), DOCUMENTS, n_jobs=2)
    assert torch.get_num_threads() == before


def test_narrow_characters_give_the_same():
    bilm = make_bilm()
    encoder = bilm.token_encoder
    for words in (["a"], WORDS, ["x" * 47], ["x" * 48, "y"], ["<S>"]):
        full = encoder(torch.from_numpy(number_characters(words)))
        narrow = number_characters(words, 50, encoder.widest_filter)
        assert narrow.shape[1] <= 50
        np.testing.assert_allclose(
            encoder(torch.from_numpy(narrow)), full, atol=1e-5, rtol=1e-5
        )


def test_characters_are_bytes_between_marks():
    numbers = number_characters(["aé", "<S>", "</S>", "", "\ud800"], 6)
    assert numbers.tolist() == [
        [258, 97, 0xC3, 0xA9, 259, 260],
        [258, 256, 259, 260, 260, 260],
        [258, 257, 259, 260, 260, 260],
        [258, 259, 260, 260, 260, 260],
        [258, 259, 260, 260, 260, 260],  # no half of a letter
    ]


def test_long_tokens_are_cut_as_the_original_does():
    [numbers] = number_characters(["é" * 30])
    assert numbers.tolist() == [258, *("é" * 24).encode(), 259]
    [odd] = number_characters(["a" + "é" * 30])
    assert odd.tolist() == [258, 97, *("é" * 24).encode()[:47], 259]


def test_half_precision_is_near():
    bilm = make_bilm(scale=0.2)
    exact = layers_of(bilm, DOCUMENTS)
    bilm.set_dtype(torch.bfloat16)
    near = layers_of(bilm, DOCUMENTS)
    for one, other in zip(exact, near):
        assert other.dtype in (np.float32, np.float64)
        np.testing.assert_allclose(one, other, atol=0.05)


# The published outputs of a model of toy size, where they are at hand.


@pytest.fixture
def published(data):
    return data / "elmo"


def test_published_outputs_are_reproduced(published):
    bilm = load_bilm(published)
    sentences = json.loads((published / "sentences.json").read_text())
    rows = [
        [text if isinstance(text, list) else text.split() for text in row]
        for row in sentences
    ]
    expected = [h5py.File(published / f"lm_embeddings_{k}.hdf5") for k in range(3)]
    state, n_sentences = bilm.zero_state(3), 0
    for i in range(10):
        documents = [row[i] for row in rows]
        vectors, state = read_in_turn(bilm, documents, state)
        for k, own in enumerate(vectors):
            forward, backward = expected[k][str(i)][:]
            reference = np.concatenate([forward, backward], axis=1)
            assert np.allclose(own[-1], reference, atol=1e-6)
            n_sentences += 1
    assert n_sentences == 30


def read_in_turn(bilm, documents, state):
    """Read documents from the states that the ones before left."""
    lengths = np.array([len(document) for document in documents])
    order = np.argsort(-lengths, kind="stable")
    batch = Batch(order, lengths[order])
    words = sorted({token for document in documents for token in document})
    words = ["<S>", "</S>", *words]
    encoder = bilm.token_encoder
    types = encoder(torch.from_numpy(number_characters(words)))
    tokens = [["<S>", *documents[number], "</S>"] for number in order]
    rows = np.array([words.index(token) for document in tokens for token in document])
    of_order = [(h[:, order], c[:, order]) for h, c in state]
    vectors, after = read_batch(bilm, batch, types, rows, of_order)
    back = np.argsort(order)
    parts = np.split(vectors, batch.ends[:-1], axis=1)
    return [parts[b] for b in back], [(h[:, back], c[:, back]) for h, c in after]


def test_published_token_vectors_are_reproduced(published):
    bilm = load_bilm(published)
    words = (published / "vocab_test.txt").read_text("utf-8").split("\n")[:458]
    numbers = number_characters(words, 50, bilm.token_encoder.widest_filter)
    vectors = bilm.token_encoder(torch.from_numpy(numbers)).numpy()
    with h5py.File(published / "elmo_token_embeddings.hdf5") as file:
        reference = file["embedding"][:]
    assert vectors.shape == reference.shape == (458, 16)
    assert np.allclose(vectors, reference, atol=1e-6)


def test_order_of_documents_changes_no_digit():
    bilm = make_bilm(scale=0.4)
    documents = DOCUMENTS * 3 + [["ccc", "bb"], ["bb", "ccc"]]
    once = layers_of(bilm, documents, batch_tokens=30)
    turned = layers_of(bilm, documents[::-1], batch_tokens=30)[::-1]
    for one, other in zip(once, turned):
        np.testing.assert_array_equal(one, other)
