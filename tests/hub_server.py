"""A model hub on localhost: the parts of its HTTP interface that downloads use, and its troubles.

Real in everything that the client sees: repositories with commits, branches and tags; large files
behind a redirect to another address, addressed by SHA-256, with ranges; small ones by git's SHA-1;
the error headers by which the client's library knows gated, private and missing things apart.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

_PIECE = 8192


@dataclass
class Commit:
    """A state of a repository. ``large``: files of more bytes are kept by SHA-256."""

    sha: str
    files: dict[str, bytes]


@dataclass
class Repository:
    """One repository; ``refs`` has its branches and tags."""

    name: str
    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    licence: str = "mit"
    gated: bool = False
    private: bool = False

    def commit(self, files: dict[str, bytes], ref: str = "main") -> str:
        """Add a state; its commit."""
        sha = hashlib.sha1(f"{self.name}{len(self.commits)}".encode()).hexdigest()
        self.commits[sha] = Commit(sha, dict(files))
        self.refs[ref] = sha
        return sha

    def at(self, revision: str) -> Commit | None:
        return self.commits.get(self.refs.get(revision, revision))


@dataclass
class Asked:
    """One request, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    sent: int = 0

    @property
    def range(self) -> str:
        return self.headers.get("range", "")


class HubServer:
    """Start with ``with``. The attributes are its moods, to be changed at any time.

    Attributes:
        token: what the private and gated want of a caller.
        cut_after: bytes of a file after which the connection is cut, each time; None: never.
        cuts: how many more times it is cut.
        ranges: whether ranges are heeded.
        wrong: names of files that are sent with one byte changed.
        missing: names of files that are listed, and gone when they are asked for.
        failing: how many more files that are asked for are answered with 503.
        down: whether everything is.
        bytes_per_second: of every connection; 0: as fast as can be.
    """

    large = 100_000

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.asked: list[Asked] = []
        self.token = "hf_right"
        self.cut_after: int | None = None
        self.cuts = 0
        self.ranges = True
        self.wrong: set[str] = set()
        self.missing: set[str] = set()
        self.failing = 0
        self.down = False
        self.connections: set[socket.socket] = set()
        self.bytes_per_second = 0
        hub = self

        class Handler(_Handler):
            server_of = hub

        self._servers = [ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
        for server in self._servers:
            server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._servers[0].server_port}"

    @property
    def storage_url(self) -> str:
        """Where large files really are: another address, as with the public hub."""
        return f"http://127.0.0.1:{self._servers[1].server_port}"

    def repository(self, name: str) -> Repository:
        """The repository of that name, made if need be."""
        return self.repositories.setdefault(name, Repository(name))

    def sent(self, part: str) -> int:
        """Bytes of files whose address has ``part`` in it that went out."""
        return sum(each.sent for each in self.asked if part in each.path)

    def forget(self) -> None:
        """Forget what was asked so far."""
        self.asked.clear()

    def stop(self) -> None:
        """Be gone: connections are refused from now on."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for connection in tuple(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> HubServer:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Handler(BaseHTTPRequestHandler):
    server_of: HubServer
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.server_of.connections.add(self.connection)

    def finish(self) -> None:
        self.server_of.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub = self.server_of
        asked = Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
        hub.asked.append(asked)
        path = unquote(urlsplit(self.path).path).strip("/")
        if hub.down or (hub.failing > 0 and "/resolve/" in path):
            hub.failing -= 1
            return self._json({"error": "busy"}, 503)
        parts = path.split("/")
        if parts[0] == "storage":
            return self._storage(parts[1], asked)
        if parts[:2] == ["api", "models"] and len(parts) >= 4:
            return self._api("/".join(parts[2:4]), parts[4:])
        if len(parts) > 4 and parts[2] == "resolve":
            return self._resolve("/".join(parts[:2]), path.split("/resolve/", 1)[1], asked)
        return self._json({"error": "not found"}, 404)

    def _allowed(self, name: str) -> Repository | None:
        """The repository; or the refusal is sent already."""
        hub = self.server_of
        repository = hub.repositories.get(name)
        logged_in = self.headers.get("authorization") == f"Bearer {hub.token}"
        if repository is None or (repository.private and not logged_in):
            self._json(
                {"error": "Repository not found"}, 401 if not logged_in else 404, "RepoNotFound"
            )
            return None
        return repository

    def _api(self, name: str, rest: list[str]) -> None:
        repository = self._allowed(name)
        if repository is None:
            return
        kind = rest[0] if rest else "revision"
        revision = "/".join(rest[1:]) or "main"
        commit = repository.at(revision)
        if commit is None:
            return self._json({"error": "no such revision"}, 404, "RevisionNotFound")
        if kind == "tree":
            return self._json([self._entry(each, data) for each, data in commit.files.items()])
        siblings = []
        for each, data in commit.files.items():
            entry = self._entry(each, data)
            sibling = {"rfilename": each, "size": entry["size"], "blobId": entry["oid"]}
            if "lfs" in entry:
                sibling["lfs"] = {**entry["lfs"], "sha256": entry["lfs"]["oid"]}
            siblings.append(sibling)
        self._json(
            {
                "id": name,
                "modelId": name,
                "sha": commit.sha,
                "siblings": siblings,
                "private": repository.private,
                "gated": "auto" if repository.gated else False,
                "tags": [f"license:{repository.licence}"],
                "cardData": {"license": repository.licence},
            }
        )

    def _entry(self, name: str, data: bytes) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "type": "file",
            "path": name,
            "size": len(data),
            "oid": _git_sha1(data),
        }
        if len(data) > self.server_of.large:
            sha256 = hashlib.sha256(data).hexdigest()
            entry["lfs"] = {"oid": sha256, "size": len(data), "pointerSize": 134}
        return entry

    def _resolve(self, name: str, rest: str, asked: Asked) -> None:
        hub = self.server_of
        repository = self._allowed(name)
        if repository is None:
            return
        logged_in = self.headers.get("authorization") == f"Bearer {hub.token}"
        if repository.gated and not logged_in:
            return self._json({"error": "gated"}, 401, "GatedRepo")
        revision, _, file = rest.partition("/")
        commit = repository.at(revision)
        if commit is None:
            return self._json({"error": "no such revision"}, 404, "RevisionNotFound")
        headers = {"X-Repo-Commit": commit.sha}
        if file not in commit.files or file in hub.missing:
            return self._json({"error": "no such file"}, 404, "EntryNotFound", headers)
        data = commit.files[file]
        if len(data) > hub.large:
            sha256 = hashlib.sha256(data).hexdigest()
            headers["X-Linked-Etag"] = f'"{sha256}"'
            headers["X-Linked-Size"] = str(len(data))
            headers["Location"] = f"{hub.storage_url}/storage/{sha256}/{file}?signed=1"
            return self._send(302, b"", headers)
        headers["ETag"] = f'"{_git_sha1(data)}"'
        self._file(file, data, headers, asked)

    def _storage(self, sha256: str, asked: Asked) -> None:
        hub = self.server_of
        if "authorization" in asked.headers:
            # As the public hub's storage does with a token that is none of its own.
            return self._json({"error": "only one way of proving who you are is allowed"}, 400)
        for repository in hub.repositories.values():
            for commit in repository.commits.values():
                for name, data in commit.files.items():
                    if hashlib.sha256(data).hexdigest() == sha256:
                        return self._file(name, data, {"ETag": f'"{sha256}"'}, asked)
        self._json({"error": "not found"}, 404)

    def _file(self, name: str, data: bytes, headers: dict[str, str], asked: Asked) -> None:
        hub = self.server_of
        if name in hub.wrong:
            data = data[:-1] + bytes([data[-1] ^ 1])
        first = 0
        if asked.range and hub.ranges:
            first = int(asked.range.removeprefix("bytes=").split("-")[0])
            if first >= len(data):
                return self._json({"error": "range"}, 416)
            headers["Content-Range"] = f"bytes {first}-{len(data) - 1}/{len(data)}"
        self._send(206 if first else 200, data[first:], headers, asked)

    def _send(
        self, code: int, body: bytes, headers: dict[str, str], asked: Asked | None = None
    ) -> None:
        hub = self.server_of
        self.send_response(code)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        cut = hub.cut_after if asked is not None and hub.cuts > 0 else None
        for start in range(0, len(body), _PIECE):
            piece = body[start : start + _PIECE]
            if cut is not None and start + len(piece) > cut:
                hub.cuts -= 1
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(2)
                return
            try:
                self.wfile.write(piece)
            except OSError:  # the caller has left
                self.close_connection = True
                return
            if asked is not None:
                asked.sent += len(piece)
            if hub.bytes_per_second:
                time.sleep(len(piece) / hub.bytes_per_second)

    def _json(
        self,
        value: Any,
        code: int = 200,
        error: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        body = json.dumps(value).encode()
        more = {"X-Error-Code": error} if error else {}
        self._send(code, body, {"Content-Type": "application/json", **more, **(headers or {})})


def _git_sha1(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
