"""The Train tab without a browser: what is brought, refused and left out, a run, its line, and that nothing of a visitor's stays or is another's."""

import dataclasses
import io
import json
import zipfile
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from PIL import Image
from starlette.applications import Starlette

from demo import bases, captions, closeup, lessons, runs, studio, tensors
from demo.app import build_demo
from demo.registry import ModelRegistry
from demo.studio import Desk, Line
from demo.tabs import classes, compare, inpainting, interpolation, latent_map, swap, train
from demo.text import Text
from demo.widgets import ClassList
from demo.widgets.base import from_pixels, pixels
from genlib import checkpoint, hub, images, ops
from genlib.data.own import OwnImages
from genlib.errors import InputError, Problem
from genlib.evaluation import own
from genlib.train import Budget

t = Text("en")
MARKUP = "猫 <img src=x onerror=alert(1)>"


def picture(seed: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (28, 28)).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def pack(path: Path, classes: dict[str, int], **more: bytes) -> str:
    with zipfile.ZipFile(path, "w") as file:
        for i, (name, n) in enumerate(classes.items()):
            for k in range(n):
                file.writestr(f"{name}/{k}.png", picture(100 * i + k))
        for name, raw in more.items():
            file.writestr(name, raw)
    return str(path)


@pytest.fixture
def registry(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr(own, "READER_BATCHES", 2)
    monkeypatch.setattr(runs, "PACE", 0.01)
    registry = ModelRegistry()
    yield registry
    for session in list(registry.studio.desks):
        registry.studio.close(session)


START = gr.EventData(None, {"consent": False})  # what a press of Start sends


def visitor(name: str) -> SimpleNamespace:
    return SimpleNamespace(session_hash=name)


def bring(registry, path: str | list[str], name: str = "ann", **settings) -> dict:
    files = [path] if isinstance(path, str) else path
    *_, last = train.take(registry, t, train.Form(files=files, **settings), visitor(name))
    return last


def learn(registry, name: str = "ann", **settings) -> dict:
    """All a run has shown last."""
    shown = {}
    for updates in train.learn(registry, t, train.Form(**{"minutes": 0.01} | settings), visitor(name), START):
        shown |= updates
    return shown


def test_a_fresh_page_shows_an_example_that_can_be_started():
    shown = train.open_state(ModelRegistry(), t, train.State())
    assert [row["name"] for row in shown["classes"]["rows"]] == ["Sandal", "Bag", "Trouser"]
    assert shown["run"]["can_start"]
    assert shown["canvas"]["sections"][0]["pixels"]["n"] == 3 * lessons.SEEN


@pytest.mark.parametrize(("minutes", "whole"), [(1, 2), (5, 7), (30, 34)])
def test_a_run_is_said_to_take_longer_than_its_training(registry, minutes, whole):
    shown = lessons.show_pictures(registry, t, train.State(minutes=minutes), None)
    assert f"trains for {minutes} min" in shown["run"]["text"]
    assert f"count on {whole} min" in shown["run"]["text"]


def test_what_is_brought_is_listed_shown_and_gone_from_where_it_came_in(registry, tmp_path):
    path = pack(tmp_path / "x.zip", {"3": 4, MARKUP: 3}, **{"3/notes.txt": b"words"})
    shown = bring(registry, path)
    assert [(row["name"], row["count"], row["note"]) for row in shown["classes"]["rows"]] == [("3", 4, "known"), (MARKUP, 3, "new")]
    assert shown["classes"]["left"] == [{"why": "This file is not a picture that can be read: try a PNG or a JPEG.", "files": ["3/notes.txt"]}]
    assert any("Few pictures" in text for text in shown["classes"]["warnings"])
    assert shown["canvas"]["sections"][0]["rows"] == ["3", MARKUP]
    assert not Path(path).exists()


def test_where_nothing_can_be_learned_it_is_said_why_and_the_next_class_is_still_the_first(registry, tmp_path):
    with pytest.raises(InputError, match="no file in it"):
        bring(registry, pack(tmp_path / "none.zip", {}))
    (tmp_path / "empty.png").write_bytes(b"")
    shown = bring(registry, str(tmp_path / "empty.png"))
    assert not shown["run"]["can_start"]
    assert shown["classes"]["left"] == [{"why": "The file is empty: choose a picture.", "files": ["class 1/empty.png"]}]
    (tmp_path / "one.png").write_bytes(picture(1))
    shown = bring(registry, str(tmp_path / "one.png"))
    assert [row["name"] for row in shown["classes"]["rows"]] == ["class 1"]
    assert shown["classes"]["title"] == "Your pictures: 1, classes: 1"
    assert shown["canvas"]["sections"][0]["pixels"]["n"] == 1  # nothing black stands where no picture is


def test_of_few_pictures_held_out_it_is_said_how_many_were_read():
    figures = {"own_read_acc": 0.5, "own_reader_acc": 2 / 3, "held_out_n": 9}
    (said,) = lessons.outcome(t, SimpleNamespace(figures=figures))
    assert "50 of 100 drawn" in said
    assert "of your 9 pictures held out it reads 6 right" in said
    early, _ = lessons.outcome(t, SimpleNamespace(figures=figures | {"own_read_acc": 0.2}))
    assert early == t("train.figure.early")


def test_a_model_that_its_visitor_has_deleted_is_said_to_be_gone(registry):
    with pytest.raises(checkpoint.CheckpointError, match="your pictures is gone"):
        registry.model(f"{studio.MINE}0123")


def test_what_shows_a_face_is_learned_only_once_it_was_said_that_these_people_agreed(registry, tmp_path, monkeypatch):
    lit = registry.samples("faces").x[0]
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as file:
        for k in range(4):
            file.writestr(f"ann/{k}.png", images.png((lit[None] * (1 - k / 20)).clamp(0, 1)))
    shown = bring(registry, str(path), dataset="faces", model="cvaegan-faces")
    assert shown["run"]["consent"] == t("train.consent", n=4, file="ann/0.png")  # whatever is brought as a face is somebody's
    form, begun = train.Form(dataset="faces", model="cvaegan-faces", minutes=1), []
    monkeypatch.setattr(train, "begin", lambda *_: begun.append(1) or (_ for _ in ()).throw(InputError("begun")))
    for sent in (None, {}, {"consent": "yes"}, {"consent": False}):
        with pytest.raises(InputError, match="4 of these pictures show a face"):
            next(train.learn(registry, t, form, visitor("ann"), gr.EventData(None, sent)))
    assert not registry.studio.find("ann").is_busy
    with pytest.raises(InputError, match="begun"):
        list(train.learn(registry, t, form, visitor("ann"), gr.EventData(None, {"consent": True})))
    *_, again = train.look(registry, t, form, visitor("ann"))
    assert "consent" not in again["run"]  # it was said of these
    path = tmp_path / "ben.png"
    path.write_bytes(images.png(1 - lit[None]))
    assert bring(registry, str(path), dataset="faces", model="cvaegan-faces")["run"]["consent"] == t("train.consent", n=1, file="class 2/ben.png")


def test_no_file_is_taken_away_but_an_upload(registry, tmp_path_factory):
    elsewhere = Path(pack(tmp_path_factory.mktemp("elsewhere") / "x.zip", {"a": 2}))
    bring(registry, str(elsewhere))
    assert elsewhere.exists()


def test_loose_files_are_one_class_and_stand_beside_what_was_brought_before(registry, tmp_path):
    files = []
    for k in range(3):
        (tmp_path / f"{k}.png").write_bytes(picture(k))
        files.append(str(tmp_path / f"{k}.png"))
    bring(registry, pack(tmp_path / "x.zip", {"a": 2}))
    assert [(row["name"], row["count"]) for row in bring(registry, files)["classes"]["rows"]] == [("a", 2), ("class 2", 3)]


def test_a_picture_drawn_in_the_page_joins_its_class_and_the_pad_is_empty_again(registry, tmp_path):
    drawn = {"pixels": pixels(torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0))), "label": -1, "source": "drawn"}
    ask = SimpleNamespace(session_hash="a")
    first, *_, shown = train.add(registry, t, train.Form(picture=drawn, label="  Ä <b> "), ask)
    assert first["picture"]["value"]["source"] == "blank"
    assert not from_pixels(first["picture"]["value"]["pixels"]).any()
    assert [(row["name"], row["count"]) for row in shown["classes"]["rows"]] == [("Ä <b>", 1)]
    for label in ("b", "Ä <b>"):
        other = pixels(torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(len(label))))  # one that is there is not counted again
        *_, shown = train.add(registry, t, train.Form(picture=drawn | {"source": "camera", "pixels": other}, label=label), ask)
    assert [(row["name"], row["count"]) for row in shown["classes"]["rows"]] == [("Ä <b>", 2), ("b", 1)]
    assert shown["run"]["can_start"]
    desk = registry.studio.find("a")
    assert sorted(path.parent for path in desk.root.iterdir()) == [desk.root] * 3
    other = train.choose(registry, t, train.Form(dataset="sprites"), SimpleNamespace(session_hash="b"))
    assert next(other)["picture"]["value"]["pixels"]["w"] == 64


def test_a_picture_that_is_not_drawn_has_no_class_or_is_one_too_many_is_refused(registry, monkeypatch):
    drawn = {"pixels": pixels(torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0))), "label": -1, "source": "drawn"}
    ask = SimpleNamespace(session_hash="a")
    for form, says in (
        (train.Form(picture=drawn | {"source": "blank"}, label="A"), "draw a picture first"),
        (train.Form(picture=drawn, label=" "), "say which class"),
        (train.Form(picture=None, label="A"), "the page sent"),
        (train.Form(picture={"source": "drawn", "pixels": {"n": 1}}, label="A"), "no picture the page has made"),
    ):
        with pytest.raises(InputError, match=says):
            list(train.add(registry, t, form, ask))
    monkeypatch.setattr(studio, "PICTURES", 1)
    list(train.add(registry, t, train.Form(picture=drawn, label="A"), ask))
    with pytest.raises(InputError, match="bring fewer"):
        list(train.add(registry, t, train.Form(picture=drawn, label="A"), ask))
    assert len(registry.studio.find("a").items) == 1


def test_what_cannot_be_taken_is_refused_in_a_sentence_and_nothing_of_it_stays(registry, tmp_path, monkeypatch):
    (tmp_path / "x.zip").write_bytes(b"PK no zip")
    with pytest.raises(Problem, match="no zip"):
        bring(registry, str(tmp_path / "x.zip"))
    with pytest.raises(Problem, match="leads out"):
        bring(registry, pack(tmp_path / "x.zip", {"../../a": 1}))
    monkeypatch.setattr(studio, "PICTURES", 3)
    with pytest.raises(InputError, match="may bring 3 pictures"):
        bring(registry, pack(tmp_path / "x.zip", {"a": 4}))
    with pytest.raises(InputError, match="no longer here"):
        bring(registry, str(tmp_path / "nowhere.png"))
    assert list(registry.studio.desk("ann").root.iterdir()) == []
    assert list(tmp_path.glob("*.zip")) == []


def test_classes_are_renamed_and_two_of_one_name_are_one(registry, tmp_path):
    bring(registry, pack(tmp_path / "x.zip", {"a": 2, "b": 3, "c": 2}))

    def rename(*names: str) -> list[tuple]:
        shown = train.rename(registry, t, train.Form(classes={"rows": [{"name": name} for name in names]}), visitor("ann"))
        return [(row["name"], row["count"]) for row in shown["classes"]["rows"]]

    assert rename("x", "b", "X") == [("x", 4), ("b", 3)]
    assert rename("x", "日") == [("x", 4), ("日", 3)]
    with pytest.raises(InputError, match="no longer the classes"):
        rename("x")
    for bad in ("", " ", "a" * 61, 3, "a\u202eb\0"):
        with pytest.raises(InputError, match="name of one line"):
            ClassList().preprocess({"rows": [{"name": bad}]})


def test_a_run_goes_from_waiting_to_figures_and_leaves_a_checkpoint_to_take_away(registry, tmp_path):
    bring(registry, pack(tmp_path / "x.zip", {"3": 6, "owl": 6}))
    shown = learn(registry)
    assert shown["run"]["phase"] == "done"
    assert shown["run"]["done"] == []
    assert runs.tasks_done("running", 0.49) == []
    assert runs.tasks_done("running", 0.5) == ["train.learn"]
    assert runs.tasks_done("paused", 0.5) == ["train.learn", "train.pause"]
    assert "Copies or new?" in shown["outcome"]
    assert [chart["title"] for chart in shown["curves"]["charts"]][-1] == "Pictures held out (2)"
    with zipfile.ZipFile(shown["download"]) as archive:
        archive.extractall(tmp_path / "model")
    info = checkpoint.read_info(tmp_path / "model")
    assert info.labels[-1] == "owl"
    assert len(info.labels) == 11
    assert "Latent Atelier, Train" in (tmp_path / "model" / checkpoint.CARD).read_text()
    checkpoint.load(tmp_path / "model")
    first = shown["canvas"]["sections"][0]["pixels"]["data"]
    assert train.draw(registry, t, train.Form(seed=0), visitor("ann"))["canvas"]["sections"][0]["pixels"]["data"] == first
    assert train.draw(registry, t, train.Form(seed=1), visitor("ann"))["canvas"]["sections"][0]["pixels"]["data"] != first


def test_the_same_seed_and_batches_give_the_same_bytes(registry, tmp_path, monkeypatch):
    monkeypatch.setattr(train, "Budget", lambda minutes: Budget(steps=20))  # in minutes, the rate follows the clock
    weights = []
    for name in ("ann", "ben"):
        bring(registry, pack(tmp_path / "x.zip", {"3": 6, "owl": 6}), name)
        learner = train.begin(registry, t, train.Form(seed=5), registry.studio.desk(name))
        for _ in range(2):
            learner.advance(0)
        learner.save(tmp_path / name, "a test")
        weights.append((tmp_path / name / checkpoint.WEIGHTS).read_bytes())
    assert weights[0] == weights[1]


def test_a_run_is_paused_goes_on_and_is_stopped_as_asked(registry):
    run = train.learn(registry, t, train.Form(minutes=1), visitor("ann"), START)

    def wish(name: str) -> str:
        train.wish(registry, t, train.Form(), visitor("ann"), SimpleNamespace(_data={"wish": name}))
        return next(run)["run"]["phase"]

    assert [next(run)["run"]["phase"] for _ in range(3)] == ["preparing", "running", "running"]
    with pytest.raises(InputError, match="goes on already"):
        next(train.learn(registry, t, train.Form(), visitor("ann"), START))
    assert wish("pause") == "paused"
    steps = registry.studio.desk("ann").learner.task.run.step
    assert next(run)["run"]["phase"] == "paused"
    assert registry.studio.desk("ann").learner.task.run.step == steps
    assert wish("go") == "running"
    assert wish("stop") == "measuring"
    assert {updates["run"]["phase"] for updates in run if "run" in updates} == {"done"}
    with pytest.raises(InputError, match="the wish must be"):
        wish("fly")


def test_one_trains_at_a_time_others_are_told_their_place_and_a_full_line_is_said(registry):
    first, second = (train.learn(registry, t, train.Form(minutes=1), visitor(name), START) for name in ("ann", "ben"))
    next(first)
    assert next(second)["run"] == {"phase": "waiting", "text": t("train.waiting", n=1)}
    first.close()
    assert [next(second)["run"]["phase"] for _ in range(2)] == ["preparing", "running"]
    second.close()
    line = Line(most=1)
    line.place(Desk())
    with pytest.raises(InputError, match="train or wait already"):
        line.place(Desk())


def test_who_is_silent_loses_their_place(monkeypatch):
    line, gone, here = Line(), Desk(), Desk()
    line.place(gone)
    assert line.place(here) == 1
    monkeypatch.setattr(studio, "SILENT", 0.0)
    assert line.place(here) == 0


def test_who_leaves_ends_their_run_and_leaves_nothing(registry, tmp_path):
    bring(registry, pack(tmp_path / "x.zip", {"3": 6, "owl": 6}))
    run = train.learn(registry, t, train.Form(minutes=1), visitor("ann"), START)
    for _ in range(3):
        next(run)
    root = registry.studio.desk("ann").root
    assert root.stat().st_mode & 0o077 == 0
    registry.studio.close("ann")
    assert not root.exists()
    assert list(run) == []
    assert registry.studio.find("ann") is None
    assert registry.studio.line.place(Desk()) == 0


def test_nothing_of_one_visitor_is_seen_by_another(registry, tmp_path):
    bring(registry, pack(tmp_path / "x.zip", {"mine": 6, "owl": 6}))
    learn(registry)
    other = train.look(registry, t, train.Form(), visitor("ben"))
    assert "mine" not in json.dumps([updates["classes"] for updates in other])
    assert train.draw(registry, t, train.Form(), visitor("ben")) == {}
    with pytest.raises(InputError, match="no trained model"):
        next(train.push(registry, t, train.Form(repository="a/b", token="x"), visitor("ben")))
    assert not any("owl" in info.labels for info in registry.offers().values())
    shown = train.clear(registry, t, train.Form(), visitor("ann"))
    assert shown["classes"]["fixed"]
    assert registry.studio.find("ann") is None


def test_a_trained_model_is_shown_by_other_tabs_under_a_secret_name_until_its_visitor_leaves(registry, tmp_path):
    bring(registry, pack(tmp_path / "x.zip", {"3": 6, "owl": 6}))
    mine = learn(registry)["run"]["mine"]
    assert mine["dataset"] == "mnist"
    assert mine["name"] not in registry.offers()
    shown = classes.open_state(registry, t, classes.State(model=mine["name"], label=10))
    assert shown["rows"]["sections"][0]["head"][-1] == "owl"
    assert [choice for choice, _ in shown["label"]["choices"]][-1] == "owl"
    assert captions.model_title(t, registry, mine["name"]) == "CVAE-GAN of your pictures"
    read = shown["rows"]["sections"][0]
    own = registry.own[mine["name"]]
    assert own.classes == [10]  # of a 3 the data set's classifier knows more
    x = from_pixels(read["pixels"])
    p, known = own.reader.logits(x).softmax(dim=1), registry.guess("mnist", x)
    guess = registry.guess("mnist", x, mine["name"])
    torch.testing.assert_close(guess[:, 10], p[:, 10])
    torch.testing.assert_close(guess[:, :10], known * (1 - p[:, 10:]))
    strange = registry.is_unlike("mnist", x).tolist()
    for asked, k in enumerate(guess.argmax(dim=1).tolist()):
        doubted = strange[asked] and k != 10
        assert read["captions"][asked].startswith("owl" if k == 10 else str(k))
        assert read["captions"][asked].endswith("?") == doubted
        assert read["good"][asked] == (k == asked and not doubted)
    registry.studio.close("ann")
    assert mine["name"] not in registry.infos
    assert mine["name"] not in registry.models
    assert not registry.own
    registry.drop("cvaegan-mnist")
    assert "cvaegan-mnist" in registry.infos


def test_a_visitors_own_class_is_read_without_a_doubt_though_it_is_unlike_all_that_the_data_set_has(registry, tmp_path, monkeypatch):
    bring(registry, pack(tmp_path / "x.zip", {"elk": 6, "owl": 6}))
    name = learn(registry)["run"]["mine"]["name"]
    monkeypatch.setattr(registry, "is_unlike", lambda _dataset, x: torch.ones(len(x), dtype=torch.bool))
    monkeypatch.setattr(registry, "guess", lambda *_: torch.eye(12)[[10, 3]])
    x = torch.zeros(2, 1, 28, 28)
    assert captions.verdicts(t, registry, "mnist", x, torch.tensor([10, 3]), name) == (["elk (100\u202f%)", "3\u202f?"], [True, False])


def fields(state_type, updates: dict) -> dict:
    """What a tab was opened with, as the State its events are asked with."""
    names = {field.name for field in dataclasses.fields(state_type)}
    return {name: value["value"] if isinstance(value, dict) and "value" in value else value for name, value in updates.items() if name in names}


def test_every_tab_shows_a_visitors_model_with_their_pictures_and_their_classes(registry, tmp_path):
    bring(registry, pack(tmp_path / "x.zip", {"elk": 6, "owl": 6}))
    mine = learn(registry)["run"]["mine"]
    assert [tab for tab, _ in mine["tabs"]] == ["classes", "swap", "inpaint", "interpolate", "compare"]
    name, own = mine["name"], registry.own[mine["name"]]
    assert own.classes == [10, 11]
    assert own.examples().y.tolist() == [10, 11]  # those held out, the classes in turn
    registry.own["stranger"] = own._replace(known=0)  # from nothing: it has none of the data set's classes
    assert registry.samples_for("mnist", "stranger").y.tolist() == [-1] * len(registry.samples("mnist").x) + [10, 11]
    assert registry.samples_for("mnist", name).y.tolist()[:3] == registry.samples("mnist").y.tolist()[:3] == [0, 1, 2]
    assert registry.samples_for("mnist", name).own == len(registry.samples("mnist").x)  # the first of theirs
    assert [registry.shares(name, k) for k in (0, 9, 10)] == [True, True, False]
    held, learned = (pictures.batch(slice(None)).x.flatten(1) for pictures in (own.held_out, own.learned))
    usual = torch.cdist(held, learned).min(dim=1).values.median()
    assert closeup.own_line(t, own).startswith(t("compare.nearest_mine", n=len(learned), p=f"{usual:.1f}", held=len(held)))
    assert [closeup.can_judge(registry, "cgan-mnist", who, 3) for who in (name, "stranger")] == [True, False]  # its third class is no 3
    first, n = own.examples().x[:1], len(registry.samples("mnist").x)

    state = swap.State(**fields(swap.State, swap.open_state(registry, t, swap.State())) | {"model": name})
    shown = swap.take_model(registry, t, state)
    assert [shown["top"]["about"][key] for key in ("label", "target")] == [10, 11]
    assert shown["picture"]["value"]["source"] == f"sample {n}"
    assert shown["picture"]["samples"]["labels"][n:] == [10, 11]
    torch.testing.assert_close(from_pixels(shown["picture"]["value"]["pixels"]), first)

    state = inpainting.State(**fields(inpainting.State, inpainting.open_state(registry, t, inpainting.State())) | {"model": name})
    shown = inpainting.take_model(registry, t, state)
    assert shown["film"]["about"]["label"] == 10
    torch.testing.assert_close(from_pixels(shown["mask"]["pixels"]), first)
    beside = inpainting.compare(registry, t, inpainting.Shown(shown["film"], None))["sections"][0]["about"]["models"]
    assert beside[0] == name
    assert not any(registry.info(other).config.get("classes") for other in beside[1:])  # no other has an owl
    assert list(inpainting.continue_hole(registry, t, inpainting.Shown(shown["film"], None))) == [{"sections": []}]

    opened = interpolation.open_state(registry, t, interpolation.State())
    answer = interpolation.take_own(registry, t, interpolation.State(**fields(interpolation.State, opened) | {"model": name}))
    assert [answer[key]["value"]["label"] for key in ("picture", "other")] == [10, 11]
    assert answer["film"]["about"]["labels"] == [10, 11]
    assert len(interpolation.point(registry, t, answer["plane"] | {"at": [0.2, 0.3]})["read"]) > 0


def test_the_latent_map_shows_a_visitors_plane_alone_with_their_pictures_and_their_classes(registry, tmp_path):
    bring(registry, pack(tmp_path / "x.zip", {"elk": 6, "owl": 6}), model="vae2d-mnist")
    mine = learn(registry, model="vae2d-mnist")["run"]["mine"]
    assert [tab for tab, _ in mine["tabs"]] == ["latent", "inpaint", "interpolate", "compare"]
    name, own = mine["name"], registry.own[mine["name"]]
    opened = fields(latent_map.State, latent_map.open_state(registry, t, latent_map.State()))
    shown = latent_map.take_model(registry, t, latent_map.State(**opened | {"model": name, "z1": 0.0, "z2": 0.0}))
    pad, (plane,) = shown["pad"], shown["pad"]["planes"]
    assert [pad[key] for key in ("labels", "series", "judge")] == [["elk", "owl"], [], ""]  # LeNet-5 knows no owl
    assert plane["title"] == "VAE of your pictures"
    assert shown["other"]["visible"] is False
    torch.testing.assert_close(from_pixels(shown["picture"]["value"]["pixels"]), own.examples().x[:1])
    mean = ops.encode(registry.model(name), own.examples().x[:1]).mean[0]
    assert [pad["state"]["z1"], pad["state"]["z2"]] == pytest.approx(mean.tolist(), abs=1e-4)
    sent = tensors.plane_tensors(registry, name)
    torch.testing.assert_close(sent["mean"].float(), ops.encode(registry.model(name), own.learned.batch(slice(None)).x).mean, atol=0.01, rtol=0.01)
    assert sent["label"].tolist() == own.learned.y.tolist()
    app = Starlette(routes=tensors.ROUTES)
    app.get_blocks = lambda: SimpleNamespace(registry=registry)
    with TestClient(app) as client:
        kept = [client.get(f"/tensors?name={model}").headers["Cache-Control"] for model in (name, "vae2d-mnist")]
    assert kept == ["no-store", tensors.FOREVER]
    path = tmp_path / "elsewhere"  # as somebody trained it in a shell and put it on the Hub
    checkpoint.save(registry.model(name), path, name="", dataset="folder", preparation="digits", labels=("elk", "owl"))
    registry.put("me/animals", path)
    typed = latent_map.take_model(registry, t, latent_map.State(**opened | {"model": "me/animals", "z1": 0.0, "z2": 0.0}))
    assert [typed["pad"][key] for key in ("labels", "judge")] == [["elk", "owl"], ""]
    assert typed["other"]["visible"] is False
    back = latent_map.take_model(registry, t, latent_map.State(**opened | {"z1": 0.0, "z2": 0.0}))
    assert back["other"]["visible"] is True
    assert back["pad"]["labels"][:2] == ["0", "1"]
    for tab, take in ((inpainting, "take_model"), (interpolation, "take_own")):
        state = tab.State(**fields(tab.State, tab.open_state(registry, t, tab.State())) | {"model": name})
        assert getattr(tab, take)(registry, t, state)["film"]
    assert compare.add(registry, t, compare.State(more=name))["sheet"]["about"]["models"][0] == name
    torch.testing.assert_close(registry.guess("mnist", own.examples().x, name).sum(dim=1), torch.ones(2))  # by their reader
    registry.own[name] = own._replace(reader=None)  # too few pictures to teach one
    assert registry.guess("mnist", own.examples().x, name).tolist() == [[0.5, 0.5]] * 2


def test_a_model_without_classes_is_seen_to_learn_by_what_it_makes_of_the_real_pictures(registry, tmp_path):
    bring(registry, pack(tmp_path / "x.zip", {"3": 6, "owl": 6}), model="vae2d-mnist")
    assert [
        row["note"] for row in lessons.show_pictures(registry, t, train.State(model="vae2d-mnist"), registry.studio.desk("ann"))["classes"]["rows"]
    ] == ["", ""]
    learn(registry, model="vae2d-mnist")
    learner = registry.studio.desk("ann").learner
    (shown,) = lessons.sheet(t, learner, 0)["sections"]
    x = from_pixels(shown["pixels"]).unflatten(0, (2, 6))
    assert shown["head"] == ["real", "", "", "redrawn", "", ""]
    torch.testing.assert_close(x[:, :3].flatten(0, 1), learner.examples(3), atol=0.003, rtol=0)
    model = learner.task.run.model().eval()
    torch.testing.assert_close(x[:, 3:].flatten(0, 1), ops.reconstruct(model, learner.examples(3)), atol=0.003, rtol=0)
    assert [name for name in bases.models_for(registry, "mnist") if "2d" in name] == [
        "vae2d-mnist"
    ]  # of the series the usual one, and no other plane


def test_a_visitors_model_stands_above_the_others_in_compare_its_own_classes_first(registry, tmp_path):
    bring(registry, pack(tmp_path / "x.zip", {"elk": 6, "owl": 6}))
    name = learn(registry)["run"]["mine"]["name"]
    s = compare.State(more=name)
    shown = compare.add(registry, t, s)
    assert [choice for choice, _ in shown["label"]["choices"]][-2:] == ["elk", "owl"]
    about = shown["sheet"]["about"]
    assert about["models"] == [name, *compare.rows_for(registry, "mnist")]
    assert about["labels"][0] == [10, 11, *range(8)]
    close = compare.look_at(registry, t, dataclasses.replace(s, cell=0))["sections"][0]
    assert close["rows"] == ["Your nearest pictures"]
    assert {line.split(" · ")[0] for line in close["captions"][1:]} == {"owl", "elk"}
    of_owls = compare.redraw(registry, t, dataclasses.replace(s, label=10))["sheet"]["sections"][0]
    x = from_pixels(of_owls["pixels"]).unflatten(0, (-1, compare.N))
    drawing = [not bool(torch.allclose(row, torch.full_like(row, compare.BLANK), atol=0.01)) for row in x]
    conditional = [bool(registry.info(model).config.get("classes")) for model in compare.rows_for(registry, "mnist")]
    slow = [compare.is_slow(registry, model) for model in compare.rows_for(registry, "mnist")]
    assert drawing == [True, *(not (c or late) for c, late in zip(conditional, slow, strict=True))]  # who knows no owl draws none
    with pytest.raises(InputError, match="draws no pictures of this data set"):
        compare.redraw(registry, t, compare.State(more="classifier-mnist"))
    with pytest.raises(InputError, match="draws no pictures of this data set"):
        compare.redraw(registry, t, compare.State(more="vae-fashion"))
    assert compare.open_state(registry, t, compare.State(more=name))["more"]["value"] == ""  # an address holds none
    assert compare.open_state(registry, t, compare.State(more="vae2d-mnist"))["sheet"]["about"]["models"][0] == "vae2d-mnist"


def test_a_desk_that_nobody_touches_is_cleared_and_too_many_are_refused(registry, monkeypatch):
    root = registry.studio.desk("ann").root
    monkeypatch.setattr(studio, "FORGOTTEN", -1.0)
    registry.studio.desk("ben")
    assert not root.exists()
    monkeypatch.setattr(studio, "FORGOTTEN", 100.0)
    monkeypatch.setattr(studio, "DESKS", 1)
    with pytest.raises(InputError, match="visitors have pictures here"):
        registry.studio.desk("cat")


def test_a_model_is_pushed_by_the_visitors_token_and_by_no_other(registry, monkeypatch):
    asked = []
    monkeypatch.setattr(hub, "push", lambda folder, name, token: asked.append((folder.name, name, token)) or "a link")
    monkeypatch.setenv("HF_TOKEN", "the server's")
    learn(registry)
    with pytest.raises(InputError, match="a token of yours"):
        next(train.push(registry, t, train.Form(repository="ann/owls", token=" "), visitor("ann")))
    *_, last = train.push(registry, t, train.Form(repository="ann/owls", token="secret"), visitor("ann"))
    assert asked == [("model", "ann/owls", "secret")]
    assert "a link" in last["run"]["text"]
    folder = registry.studio.desk("ann").root
    assert not any(b"secret" in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_what_to_think_of_before_a_run_is_said():
    def said(*counts: int, is_new: bool = False) -> str:
        y = torch.cat([torch.full((n,), k) for k, n in enumerate(counts)])
        pictures = OwnImages(torch.zeros(len(y), 1, 8, 8, dtype=torch.uint8), y, tuple("abc"[: len(counts)]))
        return " ".join(lessons.doubts(t, pictures, is_new))

    assert said(40, 40) == ""
    assert said(40, 5).count("Few pictures of b") == 1
    assert "Few pictures of b" in said(40, 19)
    assert "Few" not in said(40, 20)
    assert "uneven, 100 against 25" in said(100, 25)
    assert said(103, 26) == ""
    assert "One class" in said(40)
    assert "From nothing, 80 pictures" in said(40, 40, is_new=True)


def test_a_full_disk_is_said_names_no_place_and_leaves_the_model_to_be_tried_again(registry, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device", "/secret/place")

    with monkeypatch.context() as disk:
        disk.setattr(checkpoint, "write", refuse)
        disk.setattr(checkpoint, "replace_checkpoint", refuse)
        run, seen = train.learn(registry, t, train.Form(minutes=0.01), visitor("ann"), START), []
        with pytest.raises(InputError, match=r"cannot keep it \(No space left on device\)") as error:
            seen.extend(run)
        assert "secret" not in str(error.value)
    assert registry.studio.desk("ann").pack("again").exists()
    monkeypatch.setattr(studio.shutil, "copyfile", refuse)
    upload = registry.studio.desk("ann").root / "up.png"
    upload.write_bytes(picture(0))
    with pytest.raises(InputError, match="cannot keep it"):
        bring(registry, str(upload))


def test_a_run_that_cannot_begin_says_why_and_may_be_begun_again(registry, monkeypatch):
    run = train.learn(registry, t, train.Form(minutes=0), visitor("ann"), START)
    assert [next(run)["run"]["phase"] for _ in range(2)] == ["preparing", "ready"]
    with pytest.raises(Problem, match="the minutes must be from"):
        next(run)
    assert not registry.studio.desk("ann").is_busy


def test_training_is_off_on_a_public_host_unless_asked_for(monkeypatch):
    asked = {("", ""): True, ("me/space", ""): False, ("me/space", "1"): True, ("", "0"): False}
    for (space, wish), is_open in asked.items():
        monkeypatch.setenv("SPACE_ID", space)
        monkeypatch.setenv("GENLIB_TRAIN", wish)
        assert studio.is_open() == is_open
    texts = json.dumps(build_demo().get_config_file())
    assert t("train.closed") in texts
    assert t("train.upload") not in texts
