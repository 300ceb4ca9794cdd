"""What is fetched by name, from a server on this machine."""

import gzip
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from skmeta import load_vectors
from skmeta.datasets import (
    _download,
    _fetch_model,
    _fetch_vectors,
    _home,
    fetch_model,
    fetch_vectors,
)

TEXT = "2 3\n" + "\n".join(f"w{i} {i} 0.5 0.25" for i in range(2)) + "\n"
CONTENT = gzip.compress(TEXT.encode(), mtime=0) + bytes(0)
NAME = "glove-test-3"


class Server:
    """Serves files, and notes what it was asked for."""

    def __init__(self):
        self.files, self.asked, self.answers = {}, [], {}
        self.stops_after = None  # bytes of a file
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *what):
                pass

            def do_HEAD(self):
                self.answer(has_body=False)

            def do_GET(self):
                self.answer(has_body=True)

            def answer(self, has_body):
                outer.asked.append((self.command, self.path, self.headers.get("Range")))
                name = self.path.partition("?")[0]
                if name not in outer.files:
                    self.send_response(404)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                content, start, status = outer.files[name], 0, 200
                wanted = self.headers.get("Range")
                if wanted and outer.answers.get("ranges", True):
                    start = int(wanted.removeprefix("bytes=").partition("-")[0])
                    status = 206
                self.send_response(status)
                if status == 206:
                    end = f"{len(content) - 1}/{len(content)}"
                    self.send_header("Content-Range", f"bytes {start}-{end}")
                self.send_header("Content-Length", str(len(content) - start))
                self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
                self.send_header("X-Repo-Commit", outer.answers.get("commit", ""))
                self.end_headers()
                if has_body:
                    is_cut = outer.stops_after and name.endswith(".gz")
                    stop = outer.stops_after if is_cut else None
                    self.wfile.write(content[start:stop])
                    self.close_connection = bool(is_cut)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def entry(content=CONTENT, **changes):
    return {
        "file_name": f"{NAME}.gz",
        "file_size": len(content),
        "checksum": hashlib.md5(content).hexdigest(),
        "parts": 1,
        **changes,
    }


@pytest.fixture
def server(monkeypatch, tmp_path):
    server = Server()
    monkeypatch.setenv("SKMETA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(_fetch_vectors, "_LIST_URL", f"{server.url}/list.json")
    monkeypatch.setattr(_fetch_vectors, "_FILES_URL", f"{server.url}/files")
    monkeypatch.setattr(_fetch_model, "_ENDPOINT", server.url)
    publish(server, {NAME: entry(), "wiki-in-parts": entry(parts=4)})
    server.files[f"/files/{NAME}/{NAME}.gz"] = CONTENT
    yield server
    server.close()


def publish(server, models):
    server.files["/list.json"] = json.dumps({"models": models}).encode()


def test_vectors_are_fetched_once_and_load(server, tmp_path):
    path = fetch_vectors(NAME, verbose=0)
    assert path == tmp_path / "home" / "vectors" / f"{NAME}.gz"
    assert load_vectors(path).words == ("w0", "w1")
    n_asked = len(server.asked)
    assert n_asked == 2
    assert fetch_vectors(NAME, verbose=0) == path
    assert len(server.asked) == n_asked
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("ranges", [True, False])
def test_an_interrupted_download_goes_on(ranges, server):
    server.stops_after = 20
    with pytest.raises(OSError, match="ended after 20 of"):
        fetch_vectors(NAME, verbose=0)
    server.stops_after, server.answers["ranges"] = None, ranges
    assert fetch_vectors(NAME, verbose=0).read_bytes() == CONTENT
    assert server.asked[-1][2] == "bytes=20-"


def test_other_content_than_stated_is_not_kept(server, tmp_path):
    server.files[f"/files/{NAME}/{NAME}.gz"] = CONTENT[:-1] + b"\x01"
    with pytest.raises(ValueError, match=r"expected: .*MD5 checksum"):
        fetch_vectors(NAME, verbose=0)
    assert not list((tmp_path / "home" / "vectors").iterdir())
    server.files[f"/files/{NAME}/{NAME}.gz"] = CONTENT * 1_000
    with pytest.raises(ValueError, match=f"has {len(CONTENT) + 1:,} bytes"):
        fetch_vectors(NAME, verbose=0)


def test_names_that_are_unknown_are_answered_with_close_ones(server):
    with pytest.raises(ValueError, match=f"expected one of its names, e.g. '{NAME}'"):
        fetch_vectors("glove-test-4", verbose=0)
    for name in ("../list", "a/b", "", 3, "wiki-in-parts"):
        with pytest.raises(ValueError, match="gensim-data"):
            fetch_vectors(name, verbose=0)


@pytest.mark.parametrize(
    "content",
    [b"<html>", b"[" * 100_000, b"3", b"{}", b'{"models": {"a": 3}}'],
    ids=["page", "nested", "number", "empty", "odd entry"],
)
def test_a_list_that_is_none_is_refused(content, server):
    server.files["/list.json"] = content
    with pytest.raises(ValueError, match="is not the list of a collection"):
        fetch_vectors(NAME, verbose=0)


def test_entries_that_lead_elsewhere_are_left_out(server):
    publish(server, {NAME: entry(file_name="../../secret")})
    with pytest.raises(ValueError, match="no vectors"):
        fetch_vectors(NAME, verbose=0)


def test_offline_it_says_where_to_put_the_file(server, tmp_path):
    server.close()
    with pytest.raises(OSError, match=rf"put its file .*vectors/{NAME}\.gz") as raised:
        fetch_vectors(NAME, verbose=0)
    assert "Check the connection" in str(raised.value)
    place = tmp_path / "home" / "vectors"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{NAME}.gz").write_bytes(CONTENT)
    assert load_vectors(fetch_vectors(NAME)).vector_size == 3


def test_only_addresses_of_the_web_are_read():
    with pytest.raises(ValueError, match="expected one of https"):
        _download.read_url("file:///etc/passwd", 10)


def test_a_progress_bar_is_shown(server, capsys):
    fetch_vectors(NAME)
    assert f"{NAME}: 100%" in capsys.readouterr().err


def test_load_vectors_names_the_function_for_such_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hint = r"fetch_vectors\('glove-wiki-gigaword-100'\)"
    with pytest.raises(FileNotFoundError, match=hint):
        load_vectors("glove-wiki-gigaword-100")
    for path in ("glove.txt", "a/glove-wiki-gigaword-100", "my-vectors.bin"):
        with pytest.raises(FileNotFoundError) as raised:
            load_vectors(path)
        assert "fetch" not in str(raised.value)


def test_home_is_the_users_cache_unless_it_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("SKMETA_HOME", raising=False)
    monkeypatch.setattr(_home.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert _home.find_home() == tmp_path / "skmeta"
    monkeypatch.setattr(_home.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "w"))
    assert _home.find_home() == tmp_path / "w" / "skmeta"
    monkeypatch.setattr(_home.sys, "platform", "darwin")
    assert _home.find_home().parts[-3:] == ("Library", "Caches", "skmeta")


FILES = {
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "1_Pooling/config.json": b"{}",
    "2_Dense/model.safetensors": b"dense",
    "onnx/model.onnx": b"onnx",
    "onnx/model.onnx_data": b"weights",
    "onnx/model_qint8.onnx": b"no",
    "model.safetensors": b"no",
    "pytorch_model.bin": b"no",
    "modeling.py": b"no",
    "openvino/model.json": b"no",
    ".gitattributes": b"no",
}
COMMIT, LATER = "a1" * 20, "b2" * 20


def publish_model(server, commit, files=FILES, name="owner/model"):
    information = {
        "id": name,
        "sha": commit,
        "siblings": [{"rfilename": file} for file in files],
    }
    content = json.dumps(information).encode()
    for revision in ("", "/revision/main", f"/revision/{commit}"):
        server.files[f"/api/models/{name}{revision}"] = content
    server.answers["commit"] = commit
    for file, content in files.items():
        server.files[f"/{name}/resolve/{commit}/{file}"] = content


def fetched(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".cache" not in path.parts
    }


def test_models_are_fetched_without_what_can_run_code(server, tmp_path):
    pytest.importorskip("huggingface_hub")
    publish_model(server, COMMIT)
    folder = fetch_model("owner/model", verbose=0)
    assert folder == tmp_path / "home" / "models" / "owner--model" / COMMIT
    assert fetched(folder) == {n: c for n, c in FILES.items() if c != b"no"}


def test_the_commit_that_was_fetched_stays(server):
    pytest.importorskip("huggingface_hub")
    publish_model(server, COMMIT)
    first = fetch_model("owner/model", verbose=0)
    publish_model(server, LATER)
    n_asked = len(server.asked)
    assert fetch_model("owner/model", verbose=0) == first
    assert fetch_model("owner/model", revision=COMMIT, verbose=0) == first
    assert len(server.asked) == n_asked
    assert fetch_model("owner/model", revision="main", verbose=0).name == LATER
    assert fetch_model("owner/model", verbose=0) == first


def test_static_models_have_their_weights_fetched(server):
    pytest.importorskip("huggingface_hub")
    files = {n: FILES[n] for n in ("config.json", "tokenizer.json")}
    files |= {"model.safetensors": b"weights", "model.bin": b"no"}
    publish_model(server, COMMIT, files)
    folder = fetch_model("owner/model", verbose=0)
    assert set(fetched(folder)) == {*files} - {"model.bin"}


def test_what_is_no_model_is_refused(server):
    pytest.importorskip("huggingface_hub")
    publish_model(server, COMMIT, {"config.json": b"{}", "pytorch_model.bin": b"x"})
    with pytest.raises(ValueError, match=r"neither model\.onnx nor"):
        fetch_model("owner/model", verbose=0)
    for name in ("model", "a/b/c", "../b", "a/..", 3):
        with pytest.raises(ValueError, match="owner and the name"):
            fetch_model(name)
    publish_model(server, "main", {"model.onnx": b"x"})
    with pytest.raises(ValueError, match="expected a hash"):
        fetch_model("owner/model", verbose=0)


def test_names_of_files_lead_nowhere_else(server, tmp_path):
    pytest.importorskip("huggingface_hub")
    files = {"../../up.json": b"", "/abs.json": b"", "onnx/../x.json": b""}
    publish_model(server, COMMIT, {**files, "model.onnx": b"onnx"})
    folder = fetch_model("owner/model", verbose=0)
    assert set(fetched(folder)) == {"model.onnx"}


def test_a_model_that_cannot_be_reached_is_an_error(server):
    pytest.importorskip("huggingface_hub")
    with pytest.raises(OSError, match="Check the name and the connection"):
        fetch_model("owner/missing", verbose=0)
