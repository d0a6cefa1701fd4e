"""Pictures that were brought, set right one by one: found among many, opened as their file is, turned, put into another class, left out."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from demo import corrections, lessons, studio
from demo.tabs import train
from demo.widgets.base import from_pixels
from genlib.data.archive import Item
from genlib.data.own import OwnImages, Remark
from genlib.errors import InputError
from genlib.preparation import Handle
from tests.demo.test_train import bring, pack, registry, t, visitor  # noqa: F401, a fixture

ANN = visitor("ann")


class Pressed:
    def __init__(self, meaning):
        self._data = {"meaning": meaning}


def last(updates) -> dict:
    *_, shown = updates
    return shown


def cells(shown: dict) -> dict:
    return shown["canvas"]["sections"][0]


@pytest.fixture
def desk(registry, tmp_path):  # noqa: F811
    bring(registry, pack(tmp_path / "x.zip", {"elk": 8, "owl": 3}))
    return registry.studio.find("ann")


def test_a_press_opens_the_file_itself_and_what_is_put_back_is_as_it_was_turned(registry, desk):  # noqa: F811
    before = cells(lessons.show_pictures(registry, t, train.Form(), desk))
    key = before["meanings"][1]
    item = corrections.find(desk, key)
    opened = train.correct(registry, t, train.Form(), ANN, Pressed(key))
    photo = opened["picture"]["value"]["photo"]
    assert base64.b64decode(photo["picture"]) == item.path.read_bytes()
    assert (photo["turn"], photo["invert"], photo["cut"]) == (0, None, None)
    assert (opened["label"], opened["editing"], opened["put"]["visible"], opened["add"]["visible"]) == ("elk", key, True, False)
    picture = opened["picture"]["value"] | {"handle": {"turn": 1, "invert": False, "cut": [0, 0, 1, 1]}}
    form = train.Form(picture=picture, label="elk", editing=key)
    first, *_, shown = train.put(registry, t, form, ANN)
    assert (first["editing"], first["add"]["visible"], first["out"]["visible"]) == ("", True, False)
    assert corrections.find(desk, key).handle == Handle(1, False, (0.0, 0.0, 1.0, 1.0))
    a, b = from_pixels(before["pixels"]), from_pixels(cells(shown)["pixels"])
    changed = [k for k in range(len(a)) if not torch.equal(a[k], b[k])]
    assert changed == [1]
    again = train.correct(registry, t, train.Form(), ANN, Pressed(key))["picture"]["value"]["photo"]
    assert (again["turn"], again["invert"], again["cut"]) == (1, False, [0.0, 0.0, 1.0, 1.0])


def test_only_what_was_corrected_is_looked_at_again(registry, desk, monkeypatch):  # noqa: F811
    looked = []
    look = studio.look_at
    monkeypatch.setattr(studio, "look_at", lambda item, *form: looked.append(item) or look(item, *form))
    key = desk.key(desk.items[2])
    last(train.put(registry, t, train.Form(picture={"handle": {"turn": 2}}, label="elk", editing=key), ANN))
    assert [desk.key(item) for item in looked] == [key]


def test_it_goes_into_the_class_of_the_name_given_known_or_new(registry, desk):  # noqa: F811
    form = train.Form(classes={"rows": [{"name": "moose"}, {"name": "owl"}]})
    train.rename(registry, t, form, ANN)
    keys = [desk.key(item) for item in desk.items[:2]]
    shown = last(train.put(registry, t, train.Form(picture={}, label=" OWL ", editing=keys[0]), ANN))
    assert {row["name"]: row["count"] for row in shown["classes"]["rows"]} == {"moose": 7, "owl": 4}
    shown = last(train.add(registry, t, train.Form(picture={}, label="fox", editing=keys[1]), ANN))  # Enter in the field of the class
    assert {row["name"]: row["count"] for row in shown["classes"]["rows"]} == {"moose": 6, "owl": 4, "fox": 1}
    with pytest.raises(InputError, match="which class"):
        last(train.put(registry, t, train.Form(picture={}, label=" ", editing=keys[1]), ANN))


def test_what_is_left_out_is_gone_from_desk_and_disk_and_a_second_press_says_so(registry, desk):  # noqa: F811
    item = desk.items[0]
    key = desk.key(item)
    shown = last(train.leave_out(registry, t, train.Form(editing=key), ANN))
    assert [row["count"] for row in shown["classes"]["rows"]] == [7, 3]
    assert not item.path.exists()
    for act in (train.leave_out, train.put):
        with pytest.raises(InputError, match="no longer here"):
            last(act(registry, t, train.Form(editing=key, picture={}, label="elk"), ANN))
    with pytest.raises(InputError, match="no longer here"):
        train.correct(registry, t, train.Form(), visitor("ben"), Pressed(key))  # nobody else's
    assert train.correct(registry, t, train.Form(), ANN, Pressed(None)) == {}  # an empty cell


def test_pages_go_through_all_pictures_of_a_class_and_round(registry, desk):  # noqa: F811
    shown = lessons.show_pictures(registry, t, train.Form(), desk)
    assert shown["others"]["visible"]
    first = cells(shown)["meanings"]
    assert first[lessons.SEEN + 3 :] == [None] * 3  # three owls
    second = train.turn(registry, t, train.Form(page=0), ANN)
    assert second["page"] == 1
    more = cells(second)["meanings"]
    assert more[2 : lessons.SEEN] == [None] * 4
    assert {*first[: lessons.SEEN], *more[:2]} == {desk.key(item) for item in desk.items if item.label == "elk"}
    assert more[lessons.SEEN :] == first[lessons.SEEN :]
    assert cells(train.turn(registry, t, train.Form(page=1), ANN))["meanings"] == first


def test_the_doubtful_stand_first_and_are_marked():
    items = tuple(Item("elk", f"{k}.png", Path(f"{k}")) for k in range(8))
    x = torch.arange(8, dtype=torch.uint8)[:, None, None, None].expand(8, 1, 28, 28) * 20
    pictures = OwnImages(x, torch.zeros(8, dtype=torch.int64), ("elk",), doubts=(Remark("elk", "5.png", "Hm."),), items=items)
    seen = lessons.seen(t, pictures)["sections"][0]
    assert (from_pixels(seen["pixels"])[:, 0, 0, 0] * 255 / 20).round().tolist() == [5, 0, 1, 2, 3, 4]
    assert seen["captions"] == ["doubtful", *[""] * 5]
    assert seen["good"] == [False, *[None] * 5]
    assert "pick" not in seen  # nobody's desk


def test_a_large_photograph_is_sent_upright_and_smaller():
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (1500, 900, 3), dtype=np.uint8)).save(out, "PNG")
    sent = Image.open(io.BytesIO(base64.b64decode(corrections.sent(out.getvalue()))))
    assert sent.size == (round(1024 * 900 / 1500), 1024)
    assert sent.format == "JPEG"
