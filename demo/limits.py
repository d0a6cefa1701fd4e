"""What one request may bring: bytes, values and nesting are counted before anything is made of them."""

import asyncio
import contextlib
import itertools
import re
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

UPLOAD = 20_000_000  # bytes of a picture's file
PICTURES = 200_000_000  # bytes of many pictures, or a zip of them, where visitors may train
DEPTH = 32  # lists within lists
HELD = 64_000_000  # bytes of all requests that are being read or answered
DRAIN = 5.0  # seconds in which what is refused is still read, and thrown away, so that its sender gets to hear why
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class Limit(NamedTuple):
    """Of one kind of request."""

    size: int  # bytes
    values: int  # of its JSON: a list of millions takes thirty times its bytes


LIMITS = {
    "upload": Limit(UPLOAD + 100_000, 0),
    "component_server": Limit(UPLOAD * 4 // 3 + 100_000, 20_000),  # a picture pad's upload comes as base64
    "run": Limit(8_000_000, 50_000),
    "api": Limit(8_000_000, 50_000),
    "queue": Limit(1_000_000, 10_000),  # a hundred may wait
    "call": Limit(1_000_000, 10_000),
}
OTHER = Limit(100_000, 1_000)


def limit_of(path: str) -> Limit:
    """The limit of a request's path, …/gradio_api/<kind>/…"""
    return LIMITS.get(path.partition("/gradio_api/")[2].partition("/")[0], OTHER)


def depth(text: bytes | bytearray) -> int:
    """How deep lists and objects lie within each other in a JSON text."""
    brackets = STRING.sub(b"", text).translate(None, NO_BRACKETS)
    return max(itertools.accumulate((1 if b in b"[{" else -1 for b in brackets), initial=0))


def judge(text: bytes | bytearray, limit: Limit) -> None:
    """Raises HTTPException for more values than the limit's, or for a nesting that parsers do not follow."""
    opened = text.count(b"[") + text.count(b"{")
    if opened + text.count(b",") > limit.values:
        raise HTTPException(413, f"The request holds more than {limit.values:,} values: send fewer.")
    if opened > DEPTH and depth(text) > DEPTH:
        raise HTTPException(400, f"The request nests its values more than {DEPTH} deep: send plain ones.")


class Body:
    """The body of a request as it comes in, of at most `limit.size` bytes."""

    def __init__(self, receive, limit: Limit):
        self.receive, self.limit, self.come, self.whole = receive, limit, 0, False

    async def message(self) -> dict:
        """ASGI's next message.  Raises HTTPException once there is too much."""
        message = await self.receive()
        self.come += len(message.get("body", b""))
        self.whole = not message.get("more_body", False)
        if self.come > self.limit.size:
            raise too_large(self.limit)
        return message

    async def chunks(self):
        while not self.whole:
            message = await self.message()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            yield message.get("body", b"")

    async def drain(self) -> None:
        while not self.whole:
            self.whole = not (await self.receive()).get("more_body", False)


def too_large(limit: Limit) -> HTTPException:
    return HTTPException(413, f"The request is over {limit.size / 1e6:g} MB: send less.")


def again(text: bytes, receive):
    """ASGI's `receive` for a body that was read already."""
    waiting = [{"type": "http.request", "body": text, "more_body": False}]

    async def next_message() -> dict:
        return waiting.pop() if waiting else await receive()

    return next_message


class BoundedRequests:
    """ASGI middleware: refuses what is too large in one sentence, and bounds what all requests hold at once.

    upload: bytes of an upload, which goes to the disk as it comes.
    """

    def __init__(self, app, upload: int = UPLOAD):
        self.app, self.held, self.upload = app, 0, Limit(upload + 100_000, 0)

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return await self.app(scope, receive, send)
        limit = limit_of(scope["path"])
        body = Body(receive, self.upload if limit is LIMITS["upload"] else limit)
        try:
            await self.serve(Headers(scope=scope), scope, body, send)
        except HTTPException as refusal:
            with contextlib.suppress(TimeoutError):  # whoever still sends will see the connection closed
                await asyncio.wait_for(body.drain(), DRAIN)
            await JSONResponse({"error": refusal.detail}, refusal.status_code)(scope, receive, send)

    async def serve(self, headers: Headers, scope, body: Body, send) -> None:
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > body.limit.size:
            raise too_large(body.limit)
        if headers.get("content-type", "").startswith("multipart/form-data"):  # goes to a file as it comes in
            return await self.app(scope, body.message, send)
        text, held = bytearray(), 0
        try:
            async for chunk in body.chunks():
                text += chunk
                held += len(chunk)
                self.held += len(chunk)
                if self.held > HELD:
                    raise HTTPException(503, "The server is busy with other requests: try again in a moment.")
            judge(text, body.limit)
            await self.app(scope, again(bytes(text), body.receive), send)
        finally:
            self.held -= held
