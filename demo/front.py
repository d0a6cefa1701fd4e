"""How the page goes out: begun at the tab and in the language that its address asks for, its shell in its head, and all answers compressed."""

import functools
import gzip
from pathlib import Path
from urllib.parse import parse_qs

import brotli
from starlette.datastructures import Headers, MutableHeaders

LEAST = 1000  # bytes that are worth it
KINDS = ("text/html", "application/json", "application/octet-stream")
HERE = Path(__file__).parent
# The script in a block: nothing of it is global.
HEAD = f"<style>{(HERE / 'shell.css').read_text(encoding='utf-8')}</style><script>{{\n{(HERE / 'shell.js').read_text(encoding='utf-8')}}}</script></head>"
MARK = "the tab that is asked for"  # stands in the page's config where the answer has a tab's name


def choose_encoding(accepted: str) -> str | None:
    """The best of those that a browser takes; over plain HTTP most take no brotli."""
    return next((name for name in ("br", "gzip") if name in accepted), None)


def compress(body: bytes, encoding: str) -> bytes:
    return brotli.compress(body, quality=4) if encoding == "br" else gzip.compress(body, 5)


compress_page = functools.lru_cache(maxsize=32)(compress)  # one page a tab, language and encoding: they are alike for all visitors


class Answer:
    """ASGI's `send` that holds an answer back until all of it is there; one that comes in pieces goes through as it is."""

    def __init__(self, send, edit):
        self.send, self.edit, self.start, self.through = send, edit, None, False

    async def __call__(self, message: dict) -> None:
        if message["type"] == "http.response.start" and Headers(raw=message["headers"]).get("content-type", "").startswith(KINDS):
            self.start = message
            return
        if self.start is None or self.through:
            return await self.send(message)
        self.through = True
        if not message.get("more_body", False):
            message = message | {"body": self.edit(MutableHeaders(raw=self.start["headers"]), message.get("body", b""))}
        await self.send(self.start)
        await self.send(message)


class Front:
    """ASGI middleware: the page's first tab, its language, and compression."""

    def __init__(self, app, tabs: tuple[str, ...], languages: tuple[str, ...]):
        self.app, self.tabs, self.languages = app, tabs, languages

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        encoding = choose_encoding(Headers(scope=scope).get("accept-encoding", ""))

        def edit(headers: MutableHeaders, body: bytes) -> bytes:
            is_page = headers["content-type"].startswith("text/html")
            body = self.begin(scope, body) if is_page else body
            if encoding and len(body) >= LEAST and "content-encoding" not in headers:
                body = (compress_page if is_page else compress)(body, encoding)
                headers["content-encoding"] = encoding
                headers.add_vary_header("Accept-Encoding")
            headers["content-length"] = str(len(body))
            return body

        await self.app(scope, receive, Answer(send, edit))

    def begin(self, scope, body: bytes) -> bytes:
        """The page with the tab open that its address names, and told to be in its language: Gradio writes lang="en" for every route."""
        wanted = parse_qs(scope["query_string"].decode("latin-1")).get("tab", [""])[0]
        tab = wanted if wanted in self.tabs else self.tabs[0]
        language = next((name for name in self.languages if scope["path"].rstrip("/").endswith(f"/{name}")), "en")
        edits = {MARK: tab, 'lang="en"': f'lang="{language}"', "</head>": HEAD}
        for old, new in edits.items():
            body = body.replace(old.encode(), new.encode(), 1)
        return body
