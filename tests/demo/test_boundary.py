"""What comes in from outside: bodies, arguments, and what a page sends back."""

import asyncio
import json

import pytest

from demo import controls, limits, validation
from demo.boundary import remote
from demo.limits import BoundedRequests, Limit, depth, judge, limit_of
from demo.widgets import ClassPicker, LatentPad, MaskPad, Passes, PicturePad, PixelCanvas
from genlib.errors import InputError

PIXELS = {"n": 1, "h": 2, "w": 3, "c": 1, "data": "AAAAAAAA"}
ABOUT = {"model": "m", "label": 3, "seed": 0, "passes": 2}
NO_PICTURES = [
    5, "x", [], {}, {"pixels": None}, {"pixels": []}, {"pixels": PIXELS | {"n": 500, "data": "A" * 4000}}, {"pixels": PIXELS | {"h": 0}},
    {"pixels": PIXELS | {"w": "3"}}, {"pixels": PIXELS | {"w": True}}, {"pixels": PIXELS | {"w": 3.0}}, {"pixels": PIXELS | {"w": 10**9}},
    {"pixels": PIXELS | {"c": 2}}, {"pixels": PIXELS | {"data": "AAAA"}}, {"pixels": PIXELS | {"data": "********"}}, {"pixels": PIXELS | {"data": None}},
    {"pixels": {"n": 1}},
]  # fmt: skip


@pytest.mark.parametrize("widget", [PicturePad, MaskPad, Passes])
@pytest.mark.parametrize("value", NO_PICTURES, ids=str)
def test_a_widget_takes_no_value_that_holds_no_picture(widget, value):
    with pytest.raises(InputError):
        widget().preprocess(value)


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (PicturePad, {"pixels": PIXELS, "label": "x"}), (PicturePad, {"pixels": PIXELS, "label": float("nan")}), (MaskPad, {"pixels": PIXELS}),
        (MaskPad, {"pixels": PIXELS, "mask": "0101"}), (MaskPad, {"pixels": PIXELS, "mask": "010102"}), (Passes, {"pixels": PIXELS, "about": 3}), (Passes, {"pixels": PIXELS, "about": ABOUT | {"passes": 10**6}}), (ClassPicker, "3"),
        (ClassPicker, None), (ClassPicker, 1.5), (LatentPad, {"state": {"z1": 0.0}}), (LatentPad, {"state": {"z1": 0.0, "z2": float("inf")}}), (LatentPad, {"z": [0.0, 0.0]}), (LatentPad, 5),
        (PixelCanvas, {"sections": 3}), (PixelCanvas, {"sections": [{}]}),
    ],
    ids=str,
)  # fmt: skip
def test_a_widget_takes_no_value_with_one_thing_wrong(widget, value):
    with pytest.raises(InputError):
        widget().preprocess(value)


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (PicturePad, {"pixels": PIXELS, "label": -1, "source": "drawn"}), (MaskPad, {"pixels": PIXELS, "mask": "010101"}),
        (Passes, {"pixels": PIXELS, "about": ABOUT, "pad": {"pixels": PIXELS, "mask": "010101"}}), (ClassPicker, 3), (LatentPad, {"state": {"z1": 0, "z2": 0.5}}),
        (PixelCanvas, {"sections": [{"pixels": PIXELS, "title": "x"}]}),
    ],
    ids=str,
)  # fmt: skip
def test_a_widget_takes_what_a_page_sends(widget, value):
    assert widget().preprocess(value) == value


@pytest.mark.parametrize("value", ["x", "", 1.5, float("nan"), float("inf"), True, [], [3], {}, 10**400, -1, 10], ids=repr)
def test_a_class_is_a_whole_number_in_bounds_and_else_a_short_sentence(value):
    with pytest.raises(InputError, match="must be a whole number from 0 to 9") as refusal:
        validation.whole(value, "label", 0, 9)
    assert len(str(refusal.value)) < 200


def test_an_empty_field_is_missing_and_not_a_word_of_python():
    with pytest.raises(InputError) as refusal:
        validation.whole(None, "the seed", 0, 9)
    assert str(refusal.value) == "the seed is missing: type a whole number from 0 to 9"


def test_controls_refuse_what_they_never_hold():
    radio, slider = controls.Radio(["a", "b"], label="r"), controls.Slider(0, 1, 0.5)
    assert radio.preprocess("a") == "a"
    for control, value in (
        (radio, None), (radio, "c"), (radio, []), (radio, {}), (controls.Classes([("a", 0)], label="c"), "0"), (controls.Models(["m"], label="m"), 3),
        (controls.Models(["m"], label="m"), None), (controls.Number(0, label="n"), "x"), (controls.Number(0, label="n"), [1]), (controls.Number(0, label="n"), True),
    ):  # fmt: skip
        with pytest.raises(InputError):
            control.preprocess(value)
    assert [slider.preprocess(v) for v in (float("nan"), 10**400, "x", None, 5, -5)] == [0, 0, 0, 0, 1, 0]


def test_a_file_of_another_host_is_seen_at_any_depth():
    file = {"path": "http://127.0.0.1/x", "meta": {"_type": "gradio.FileData"}}
    assert remote([1, {"a": [file]}])
    assert not remote([{"path": "x", "meta": {"_type": "gradio.FileData"}}, "http://127.0.0.1/x", None])


@pytest.mark.parametrize(("text", "deep"), [("3", 0), ("[[]]", 2), ('{"a": [1, {"b": 2}]}', 3), ('["[[[[", "]"]', 1), ('["\\"[", [1]]', 2)])
def test_depth_counts_brackets_outside_of_texts(text, deep):
    assert depth(text.encode()) == deep


def test_a_body_of_many_values_or_of_deep_lists_is_refused_before_it_is_read():
    judge(json.dumps({"data": ["m", [0.5] * 64, 3]}).encode(), limit_of("/gradio_api/run/decode"))
    for text, status in ((b"[" + b"0," * 60_000 + b"0]", 413), (b"[" * 900 + b"]" * 900, 400), (b'{"a":' * 40 + b"1" + b"}" * 40, 400)):
        with pytest.raises(limits.HTTPException) as refusal:
            judge(text, limit_of("/gradio_api/run/decode"))
        assert refusal.value.status_code == status


def test_a_widget_that_shows_nothing_yet_lacks_what_is_asked_of_it():
    for widget in (PicturePad, MaskPad, Passes):
        with pytest.raises(InputError, match="no pixels"):
            widget().preprocess(None)["pixels"]
    assert LatentPad().preprocess(None) == {"state": {}}  # the tab's State is then as it begins


def asked(middleware, path: str, chunks: list[bytes], announced: int | None = None) -> tuple[int, dict]:
    """Status and JSON of a request sent in chunks."""
    sent = []
    waiting = [{"type": "http.request", "body": c, "more_body": k < len(chunks) - 1} for k, c in enumerate(chunks)]

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    length = [] if announced is None else [(b"content-length", str(announced).encode())]
    scope = {"type": "http", "method": "POST", "path": path, "headers": length}
    asyncio.run(middleware(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


async def echo(scope, receive, send):
    """An app that answers with the length of what it was sent."""
    message = await receive()
    await limits.JSONResponse({"length": len(message["body"])})(scope, receive, send)


def test_a_body_is_bounded_by_what_it_announces_and_by_what_comes(monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "run", Limit(100, 50))
    bounded = BoundedRequests(echo)
    assert asked(bounded, "/gradio_api/run/x", [b"a" * 40, b"b" * 40]) == (200, {"length": 80})
    for chunks, announced in (([b"a" * 200], 200), ([b"a" * 60] * 4, None), ([b"a" * 60] * 4, 10)):
        status, body = asked(bounded, "/gradio_api/run/x", chunks, announced)
        assert status == 413
        assert "MB" in body["error"]
    assert bounded.held == 0


def test_uploads_have_a_bound_of_their_own_where_visitors_may_train():
    for upload, status in ((1_000_000, 413), (4_000_000, 200)):
        assert asked(BoundedRequests(echo, upload), "/gradio_api/upload", [b"a" * 2_000_000], 2_000_000)[0] == status
    assert asked(BoundedRequests(echo, 10**9), "/gradio_api/run/x", [b"a" * 9_000_000], 9_000_000)[0] == 413


def test_all_bodies_together_are_bounded(monkeypatch):
    monkeypatch.setattr(limits, "HELD", 100)
    bounded = BoundedRequests(echo)
    bounded.held = 90
    assert asked(bounded, "/gradio_api/run/x", [b"a" * 40])[0] == 503
    assert bounded.held == 90
