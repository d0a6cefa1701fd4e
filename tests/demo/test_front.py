"""The page goes out begun at the tab its address names, in its language, and compressed; what streams is let through as it comes."""

import asyncio
import gzip

import brotli
import pytest

from demo.app import TABS, build_demo, launch_kwargs
from demo.front import LEAST, MARK, Front

PAGE = f'<html lang="en">{{"selected":"{MARK}"}}{"x" * LEAST}'.encode()


def ask(parts: list[bytes], kind: str = "text/html", path: str = "/", query: str = "", accepted: str = "") -> tuple[dict, list[bytes]]:
    """The headers and the pieces that a browser gets of an answer in these parts."""
    sent = []

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind.encode())]})
        for k, part in enumerate(parts):
            await send({"type": "http.response.body", "body": part, "more_body": k < len(parts) - 1})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "query_string": query.encode(), "headers": [(b"accept-encoding", accepted.encode())]}
    asyncio.run(Front(app, ("latent", "swap"), ("zh",))(scope, None, send))
    return {key.decode(): value.decode() for key, value in sent[0]["headers"]}, [message["body"] for message in sent[1:]]


@pytest.mark.parametrize(
    ("path", "query", "language", "tab"),
    [("/", "", "en", "latent"), ("/", "tab=swap&x=1", "en", "swap"), ("/zh", "tab=nothing", "zh", "latent"), ("/zh/", "tab=swap", "zh", "swap")],
)
def test_the_page_begins_at_the_tab_of_its_address_and_in_its_language(path, query, language, tab):
    _, (body,) = ask([PAGE], path=path, query=query)
    assert body.startswith(f'<html lang="{language}">{{"selected":"{tab}"}}'.encode())


@pytest.mark.parametrize(("accepted", "encoding", "read"), [("gzip, deflate, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)])
def test_a_whole_answer_is_compressed_in_what_the_browser_takes(accepted, encoding, read):
    body = b"0123456789" * LEAST
    headers, (sent,) = ask([body], "application/json", accepted=accepted)
    assert headers["content-encoding"] == encoding
    assert "accept-encoding" in headers["vary"].lower()
    assert int(headers["content-length"]) == len(sent) < len(body) / 50
    assert read(sent) == body


def test_what_is_small_or_comes_in_pieces_goes_through_as_it_is():
    headers, sent = ask([b"{}"], "application/json", accepted="br")
    assert "content-encoding" not in headers
    assert sent == [b"{}"]
    for kind in ("application/json", "text/event-stream"):
        headers, sent = ask([b"a" * LEAST, b"b" * LEAST], kind, accepted="br")
        assert "content-encoding" not in headers
        assert sent == [b"a" * LEAST, b"b" * LEAST]


def test_the_page_of_gradio_has_the_mark_where_its_tab_stands():
    tabs = [c["props"]["selected"] for c in build_demo().get_config_file()["components"] if c["type"] == "tabs"]
    assert tabs == [MARK] * 2
    (front,) = [m for m in launch_kwargs()["app_kwargs"]["middleware"] if m.cls is Front]
    assert front.kwargs["tabs"] == tuple(tab.TAB for tab in TABS)
