"""A stand-in for the Hugging Face Hub on loopback: enough of its protocol for the real client to push, pull and make a Space."""

import base64
import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KIND = r"(?:models|datasets|spaces)"


def git_sha1(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Hub(ThreadingHTTPServer):
    """repos: id -> list of (commit, {name: bytes}), oldest first."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.released = threading.Event()  # ends all silences
        self.reset()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def reset(self) -> None:
        """An empty Hub that answers at once."""
        self.repos: dict[str, list[tuple[str, dict[str, bytes]]]] = {}
        self.asked: list[str] = []  # the paths of all requests
        self.tokens: set[str | None] = set()  # that they came with
        self.sent = 0  # bytes of files
        self.large: dict[str, bytes] = {}  # what was uploaded beside git, by sha256
        self.damage = False  # send other bytes than the digest says
        self.rate = 0  # bytes a second; 0 is as fast as can be
        self.cuts: list[int] = []  # after so many bytes each of the next answers' lines is cut
        self.hush: int | None = None  # after so many bytes of a file it says nothing more, but keeps the line
        self.mute = False  # takes requests and says nothing
        self.tag = ""  # begins ETags that are no digests
        self.ranges = True  # goes on in the middle of a file when asked to
        self.refusals: dict[str, tuple[int, dict[str, str]]] = {}  # repository -> status, headers
        self.released.set()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def shutdown(self) -> None:
        self.released.set()
        super().shutdown()
        self.server_close()

    def commit(self, repo: str, files: dict[str, bytes]) -> str:
        history = self.repos.setdefault(repo, [])
        files = (history[-1][1] if history else {}) | files
        sha = hashlib.sha1(repr((len(history), sorted(files))).encode()).hexdigest()
        history.append((sha, files))
        return sha

    def at(self, repo: str, revision: str):
        history = self.repos.get(repo, [])
        return history[-1] if revision == "main" and history else next((c for c in history if c[0] == revision), None)


def is_large(name: str, data: bytes) -> bool:
    """Whether the Hub keeps a file beside git: it takes no plain binaries into it."""
    return b"\0" in data or name.endswith((".safetensors", ".png"))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code: int, body: bytes = b"", **headers):
        self.send_response(code)
        for key, value in ({"Content-Length": str(len(body))} | {k.replace("_", "-"): v for k, v in headers.items()}).items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def say(self, value, code=200):
        self.answer(code, json.dumps(value).encode(), Content_Type="application/json")

    def refused(self, repo: str) -> bool:
        """Whether the repository is one that says no, or that is not there."""
        if repo in self.server.refusals:
            code, headers = self.server.refusals[repo]
            self.answer(code, **headers)
        elif repo not in self.server.repos:
            self.answer(404, X_Error_Code="RepoNotFound")
        return repo in self.server.refusals or repo not in self.server.repos

    def heard(self) -> None:
        self.server.asked.append(self.path)
        self.server.tokens.add(self.headers.get("Authorization"))
        if self.server.mute:
            self.server.released.wait()

    def do_GET(self):
        self.heard()
        path = self.path.split("?")[0]
        if match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            return self.file(*match.groups())
        if match := re.fullmatch(rf"/api/{KIND}/([^/]+/[^/]+)(?:/(revision|tree)/([^/]+).*)?", path):
            return self.listing(match[1], match[2], match[3] or "main")
        return self.say({}, 404)

    do_HEAD = do_GET

    def look_up(self, repo: str, revision: str):
        """The commit and its files, or None once the caller has been answered that there are none for him."""
        if self.refused(repo):
            return None
        found = self.server.at(repo, revision)
        if not found:
            self.answer(404, X_Error_Code="RevisionNotFound")
        return found

    def listing(self, repo: str, verb: str | None, revision: str):
        found = self.look_up(repo, revision)
        if not found:
            return None
        sha, files = found
        if verb == "tree":
            return self.say([{"type": "file", "path": n, "size": len(d), "oid": git_sha1(d)} for n, d in files.items()])
        return self.say({"id": repo, "sha": sha, "siblings": [{"rfilename": name} for name in files]})

    def file(self, repo: str, revision: str, name: str):
        found = self.look_up(repo, revision)
        if not found:
            return None
        sha, files = found
        if name not in files:
            return self.answer(404, X_Error_Code="EntryNotFound", X_Repo_Commit=sha)
        data = files[name]
        etag = hashlib.sha256(data).hexdigest() if is_large(name, data) else git_sha1(data)
        etag = f"{self.server.tag}-{name}" if self.server.tag else etag
        body = bytes([data[0] ^ 1]) + data[1:] if self.server.damage else data
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")) if self.server.ranges else None
        start = int(asked[1]) if asked else 0
        self.send_response(206 if asked else 200)
        for key, value in {"Content-Length": len(body) - start, "ETag": f'"{etag}"', "X-Repo-Commit": sha}.items():
            self.send_header(key, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.send_slowly(body[start:])
        return None

    def send_slowly(self, body: bytes):
        server = self.server
        cut = server.cuts.pop(0) if server.cuts and len(body) > 10_000 else None
        step = max(1, server.rate // 20) if server.rate else 65536
        for begin in range(0, len(body), step):
            chunk = body[begin : begin + step]
            if cut is not None and begin + len(chunk) > cut:
                self.wfile.write(chunk[: cut - begin])
                self.close_connection = True
                return
            if server.hush is not None and begin + len(chunk) > server.hush:
                self.wfile.flush()
                server.released.wait()
                return
            self.wfile.write(chunk)
            server.sent += len(chunk)
            if server.rate:
                time.sleep(1 / 20)

    def do_PUT(self):
        self.heard()
        data = self.body()
        self.server.large[hashlib.sha256(data).hexdigest()] = data
        self.answer(200, ETag='"done"')

    def body(self) -> bytes:
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "")
        return self.chunks() if chunked else self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_POST(self):
        body = self.body()
        self.heard()
        if self.path == "/api/repos/create":
            asked = json.loads(body)
            repo = f"{asked.get('organization') or 'me'}/{asked['name'].split('/')[-1]}"
            if repo in self.server.refusals:
                return self.refused(repo)
            self.server.repos.setdefault(repo, [])
            return self.say({"url": f"{self.server.url}/{repo}", "id": repo})
        if self.path == "/api/validate-yaml":
            return self.say({"errors": [], "warnings": []})
        if self.path.endswith(".git/info/lfs/objects/batch"):
            return self.batch(json.loads(body))
        match = re.fullmatch(rf"/api/{KIND}/([^/]+/[^/]+)/(preupload|commit)/([^/?]+).*", self.path)
        if not match:
            return self.say({}, 404)
        return self.preupload(json.loads(body)) if match[2] == "preupload" else self.commit(match[1], body)

    def preupload(self, asked: dict):
        """Which way each file is to come."""

        def mode(file: dict) -> str:
            return "lfs" if is_large(file["path"], base64.b64decode(file.get("sample", ""))) else "regular"

        files = [{"path": f["path"], "uploadMode": mode(f), "shouldIgnore": False} for f in asked["files"]]
        return self.say({"files": files})

    def batch(self, asked: dict):
        """Where to put what does not go into git."""
        objects = [o | {"actions": {"upload": {"href": f"{self.server.url}/large/{o['oid']}", "header": {}}}} for o in asked["objects"]]
        return self.say({"transfer": "basic", "objects": objects})

    def commit(self, repo: str, body: bytes):
        files = {}
        for line in map(json.loads, filter(bytes.strip, body.splitlines())):
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
                if is_large("", files[value["path"]]):
                    return self.say({"error": f"{value['path']} is binary: use LFS"}, 400)
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.server.large[value["oid"]]
        sha = self.server.commit(repo, files)
        return self.say({"commitOid": sha, "commitUrl": f"{self.server.url}/{repo}/commit/{sha}", "success": True})

    def chunks(self) -> bytes:
        out = b""
        while size := int(self.rfile.readline(), 16):
            out += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return out
