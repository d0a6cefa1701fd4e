"""A stand-in for the Hugging Face Hub on loopback: enough of its protocol for the real client to push and pull."""

import base64
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hub(ThreadingHTTPServer):
    """repos: id -> list of (commit, {name: bytes}), oldest first."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.repos: dict[str, list[tuple[str, dict[str, bytes]]]] = {}
        self.asked: list[str] = []
        self.damage = False  # send other bytes than the digest says
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def commit(self, repo: str, files: dict[str, bytes]) -> str:
        history = self.repos.setdefault(repo, [])
        files = (history[-1][1] if history else {}) | files
        sha = hashlib.sha1(repr((len(history), sorted(files))).encode()).hexdigest()
        history.append((sha, files))
        return sha

    def at(self, repo: str, revision: str):
        history = self.repos.get(repo, [])
        return history[-1] if revision == "main" and history else next((c for c in history if c[0] == revision), None)


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

    def do_GET(self):
        self.server.asked.append(self.path)
        match = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", self.path.split("?")[0])
        if not match:
            return self.say({}, 404)
        repo, revision, name = match.groups()
        if repo not in self.server.repos:
            return self.answer(404, X_Error_Code="RepoNotFound")
        found = self.server.at(repo, revision)
        if not found:
            return self.answer(404, X_Error_Code="RevisionNotFound")
        sha, files = found
        if name not in files:
            return self.answer(404, X_Error_Code="EntryNotFound", X_Repo_Commit=sha)
        digest = hashlib.sha256(files[name]).hexdigest()
        body = bytes([files[name][0] ^ 1]) + files[name][1:] if self.server.damage else files[name]
        self.answer(200, body, ETag=f'"{digest}"', X_Repo_Commit=sha)

    do_HEAD = do_GET

    def do_POST(self):
        body = (
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if "chunked" not in self.headers.get("Transfer-Encoding", "")
            else self.chunks()
        )
        self.server.asked.append(self.path)
        if self.path == "/api/repos/create":
            asked = json.loads(body)
            repo = f"{asked.get('organization') or 'me'}/{asked['name'].split('/')[-1]}"
            self.server.repos.setdefault(repo, [])
            return self.say({"url": f"{self.server.url}/{repo}", "id": repo})
        if self.path == "/api/validate-yaml":
            return self.say({"errors": [], "warnings": []})
        match = re.fullmatch(r"/api/models/([^/]+/[^/]+)/(preupload|commit)/([^/?]+).*", self.path)
        if not match:
            return self.say({}, 404)
        repo, verb, _ = match.groups()
        if verb == "preupload":
            return self.say(
                {
                    "files": [
                        {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in json.loads(body)["files"]
                    ]
                }
            )
        lines = [json.loads(line) for line in body.splitlines() if line.strip()]
        files = {line["value"]["path"]: base64.b64decode(line["value"]["content"]) for line in lines if line["key"] == "file"}
        sha = self.server.commit(repo, files)
        return self.say({"commitOid": sha, "commitUrl": f"{self.server.url}/{repo}/commit/{sha}", "success": True})

    def chunks(self) -> bytes:
        out = b""
        while size := int(self.rfile.readline(), 16):
            out += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return out
