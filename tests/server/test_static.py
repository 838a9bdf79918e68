"""Static files: served as a static server should, and nothing beside them."""

import socket
import sys
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest

import via
from via import h

SECRET = "this is not for visitors"


@pytest.fixture
def served(v, visitor, tmp_path):
    """An HTTP client of an app that serves a directory at /files; the directory's parent."""
    directory = tmp_path / "public"
    (directory / "sub").mkdir(parents=True)
    (directory / "hello.txt").write_text("Hello, files")
    (directory / "sub" / "index.html").write_text("<p>index</p>")
    (directory / "spaced é.css").write_text("p {}")
    (directory / ".hidden").write_text("a dot file")
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "public-too").mkdir()
    (tmp_path / "public-too" / "secret.txt").write_text(SECRET)
    (directory / "link.txt").symlink_to(tmp_path / "secret.txt")
    (directory / "linked").symlink_to(tmp_path)
    v.static("/files", directory)
    v.page("/{page}", lambda c: c.view(lambda: h.P(h.Text("a page"))))
    return visitor(v).http


def test_a_file_is_served_with_its_type_and_length(served):
    response = served.get("/files/hello.txt")
    assert response.status_code == 200
    assert response.text == "Hello, files"
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers["content-length"] == "12"
    assert served.get("/files/spaced%20%C3%A9.css").headers["content-type"].startswith("text/css")


def test_a_file_that_is_known_is_not_sent_again(served):
    first = served.get("/files/hello.txt")
    again = served.get("/files/hello.txt", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    since = {"if-modified-since": first.headers["last-modified"]}
    assert served.get("/files/hello.txt", headers=since).status_code == 304
    assert served.get("/files/hello.txt", headers={"if-none-match": '"other"'}).status_code == 200


def test_a_changed_file_has_another_etag(served, tmp_path):
    first = served.get("/files/hello.txt")
    (tmp_path / "public" / "hello.txt").write_text("Hello again, files")
    again = served.get("/files/hello.txt", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.text) == (200, "Hello again, files")


def test_a_part_of_a_file_is_served(served):
    part = served.get("/files/hello.txt", headers={"range": "bytes=7-11"})
    assert (part.status_code, part.text) == (206, "files")
    assert part.headers["content-range"] == "bytes 7-11/12"
    assert served.get("/files/hello.txt", headers={"range": "bytes=-5"}).text == "files"
    beyond = served.get("/files/hello.txt", headers={"range": "bytes=50-60"})
    assert beyond.status_code == 416
    assert served.get("/files/hello.txt").headers["accept-ranges"] == "bytes"


def test_a_head_request_has_no_body_and_others_are_refused(served):
    head = served.head("/files/hello.txt")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == "12"
    assert served.post("/files/hello.txt").status_code == 405


@pytest.mark.parametrize("path", ["/files/", "/files/sub", "/files/sub/", "/files/nothing"])
def test_a_directory_is_not_listed_nor_its_index_shown(served, path):
    response = served.get(path)
    assert response.status_code == 404
    assert "hello.txt" not in response.text
    assert "index" not in response.text


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "sub/../../secret.txt",
        "..%2fsecret.txt",
        "..%2Fsecret.txt",
        "%2e%2e/secret.txt",
        "%2e%2e%2fsecret.txt",
        ".%2e/secret.txt",
        "sub%2f..%2f..%2fsecret.txt",
        "..%252fsecret.txt",
        "..\\secret.txt",
        "..%5csecret.txt",
        "%5c..%5csecret.txt",
        "..%c0%afsecret.txt",
        "../public-too/secret.txt",
        "..%2fpublic-too%2fsecret.txt",
        "{absolute}",
        "/{absolute}",
        "%2f{absolute}",
        "file:///{absolute}",
        "link.txt",
        "linked/secret.txt",
        "hello.txt%00",
        "hello.txt%00.css",
        "%00",
        "~root/secret.txt",
        "a" * 5000,
        "%ff%fe",
        "%0d%0aset-cookie:%20a=b",
    ],
)
def test_nothing_outside_of_the_directory_is_served(served, tmp_path, path):
    """Sent as it stands, since HTTP clients tidy paths up."""
    path = path.replace("{absolute}", f"{tmp_path}/secret.txt")
    address = (served.base_url.host, served.base_url.port)
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(
            b"GET /files/" + path.encode() + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    status = answer.split(" ", 2)[1]
    assert status in ("404", "400"), answer[:300]
    assert SECRET not in answer
    assert "set-cookie: a" not in answer.lower()


def test_static_files_do_not_hide_pages(served):
    assert "a page" in served.get("/other").text


@pytest.mark.parametrize("prefix", ["", "/", "files", "/_files", None])
def test_a_prefix_that_cannot_be_is_refused(v, tmp_path, prefix):
    with pytest.raises(via.ConfigError, match="prefix"):
        v.static(prefix, tmp_path)


def test_a_directory_that_is_not_there_is_refused_at_once(v, tmp_path):
    with pytest.raises(via.ConfigError, match="nowhere"):
        v.static("/files", tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(via.ConfigError, match="file"):
        v.static("/files", tmp_path / "file")


def test_a_packages_resources_are_served(v, visitor):
    v.static_fs("/client", files("via.client").joinpath("dist"))
    v.static_fs("/examples/", "via.examples")
    http = visitor(v).http
    assert http.get("/client/via.js").headers["content-type"].startswith("text/javascript")
    assert ":root" in http.get("/examples/chat.css").text
    assert http.get("/examples/").status_code == 404


def test_an_unknown_package_is_refused_at_once(v):
    with pytest.raises(via.ConfigError, match="no_such_package"):
        v.static_fs("/x", "no_such_package")


def test_resources_of_an_imported_archive_are_served(v, visitor, tmp_path, monkeypatch):
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zipped_assets/__init__.py", "")
        file.writestr("zipped_assets/style.css", "p { color: red }")
        file.writestr("zipped_assets/img/dot.svg", "<svg/>")
    monkeypatch.syspath_prepend(archive)
    v.static_fs("/assets", "zipped_assets")
    monkeypatch.delitem(sys.modules, "zipped_assets")
    http = visitor(v).http
    style = http.get("/assets/style.css")
    assert style.text == "p { color: red }"
    assert style.headers["content-type"].startswith("text/css")
    assert http.get("/assets/img/dot.svg").text == "<svg/>"
    assert http.get("/assets/img").status_code == 404


def test_a_relative_directory_is_taken_from_where_the_app_was_set_up(
    v, visitor, tmp_path, monkeypatch
):
    Path(tmp_path / "web").mkdir()
    Path(tmp_path / "web" / "a.txt").write_text("a")
    monkeypatch.chdir(tmp_path)
    v.static("/web", "web")
    assert visitor(v).http.get("/web/a.txt").text == "a"


@pytest.mark.parametrize("path", [".hidden", "sub/.env", ".git/config", "%2ehidden"])
def test_a_name_that_begins_with_a_dot_is_not_served(served, tmp_path, path):
    (tmp_path / "public" / "sub" / ".env").write_text(SECRET)
    (tmp_path / "public" / ".git").mkdir()
    (tmp_path / "public" / ".git" / "config").write_text(SECRET)
    assert served.get(f"/files/{path}").status_code == 404


def test_files_and_errors_are_taken_for_nothing_else(served):
    for path in ("/files/hello.txt", "/files/nowhere", "/no/where"):
        assert served.get(path).headers["x-content-type-options"] == "nosniff", path
