"""The public endpoints over HTTP, as anyone would call them."""

import hashlib
import json
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
import torch
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from demo import app
from demo.answers import Answers
from demo.registry import ModelRegistry
from genlib import images
from tests.unit.test_readme import blocks

MODEL = "cvaegan-mnist"
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def client(server):
    return Client(server, verbose=False)


@pytest.fixture(scope="module")
def digit(tmp_path_factory):
    x = ModelRegistry().samples("mnist").x
    path = tmp_path_factory.mktemp("pictures") / "seven.png"
    path.write_bytes(images.png(x[7:8]))
    return path


@pytest.fixture(scope="module")
def mask(tmp_path_factory):
    path = tmp_path_factory.mktemp("masks") / "mask.png"
    hole = np.zeros((28, 28), np.uint8)
    hole[8:18, 8:20] = 255
    Image.fromarray(hole).save(path)
    return path


def size(path):
    return Image.open(path).size


def digest(path):
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


def test_models_lists_what_is_bundled(client):
    models = {m["name"]: m for m in client.predict(api_name="/models")}
    assert models[MODEL]["family"] == "cvaegan"
    assert models[MODEL]["labels"] == list("0123456789")
    assert models[MODEL]["latent_dim"] == 16
    assert models[MODEL]["figures"]["gan_test_acc"] > 0.8


def test_decode_takes_z_and_a_class(client):
    png, said = client.predict(MODEL, [0.0] * 16, 4, api_name="/decode")
    assert size(png) == (28, 28)
    assert said["label"] == 4


def test_encode_guesses_the_class(client, digit):
    said = client.predict(MODEL, handle_file(digit), -1, api_name="/encode")
    assert said["label"] == 7
    assert len(said["mean"]) == len(said["logvar"]) == 16
    assert sum(said["probabilities"]) == pytest.approx(1, abs=1e-4)


def test_the_same_seed_gives_the_same_bytes(client):
    a, said = client.predict(MODEL, 5, 6, 11, 1.0, api_name="/generate")
    b, _ = client.predict(MODEL, 5, 6, 11, 1.0, api_name="/generate")
    c, _ = client.predict(MODEL, 5, 6, 12, 1.0, api_name="/generate")
    assert size(a) == (6 * 28, 28)
    assert digest(a) == digest(b) != digest(c)
    assert len(said["z"]) == len(said["verdicts"]) == 6
    assert json.loads(Image.open(a).text["latent-atelier"])["seed"] == 11


def test_interpolation_begins_and_ends_where_it_is_told(client):
    start, end = [0.5] * 16, [-0.5] * 16
    png, _ = client.predict(MODEL, start, end, 2, 5, "spherical", api_name="/interpolate")
    first, _ = client.predict(MODEL, start, 2, api_name="/decode")
    assert size(png) == (5 * 28, 28)
    strip, one = (np.asarray(Image.open(p)).astype(int) for p in (png, first))
    assert abs(strip[:, :28] - one).max() <= 1


def test_swap_keeps_z_and_answers_every_class(client, digit):
    png, said = client.predict(MODEL, handle_file(digit), -1, [], api_name="/swap")
    assert size(png) == (280, 28)
    assert said["z"] == client.predict(MODEL, handle_file(digit), 7, api_name="/encode")["mean"]
    _, some = client.predict(MODEL, handle_file(digit), 7, [3, 5], api_name="/swap")
    assert some["targets"] == [3, 5]
    assert some["z"] == said["z"]


def test_inpaint_leaves_known_pixels_alone(client, digit, mask):
    png, said = client.predict(MODEL, handle_file(digit), handle_file(mask), -1, 10, 0, api_name="/inpaint")
    assert size(png) == (280, 28)
    assert len(said["change"]) == 10
    truth, hole, sheet = (np.asarray(Image.open(p).convert("L")) for p in (digit, mask, png))
    for k in range(10):
        assert (sheet[:, 28 * k : 28 * (k + 1)][hole == 0] == truth[hole == 0]).all()


def test_sample_streams_to_the_end_and_completes(client, digit, mask):
    job = client.submit("pixelcnn-mnist", 3, 2, 1, 1.0, None, None, api_name="/sample")
    png, said = job.result()
    assert said["final"] is True
    assert len(job.outputs()) > 2
    assert size(png) == (56, 28)
    again, _ = client.predict("pixelcnn-mnist", 3, 2, 1, 1.0, None, None, api_name="/sample")
    assert digest(png) == digest(again)
    done, _ = client.predict("pixelcnn-mnist", 7, 1, 1, 1.0, handle_file(digit), handle_file(mask), api_name="/sample")
    truth, hole, sheet = (np.asarray(Image.open(p).convert("L")) for p in (digit, mask, done))
    assert (sheet[hole == 0] == truth[hole == 0]).all()


def test_a_samples_guidance_is_the_models_own_unless_another_is_asked_for(client):
    asked = ("pixelcnn-mnist", 3, 1, 1, 1.0, None, None)
    (own, said), (none, plain) = (client.predict(*asked, *more, api_name="/sample") for more in ((), (0.0,)))
    assert said["guidance"] == 0.5
    assert "guidance" not in plain
    assert digest(own) != digest(none)
    assert digest(own) == digest(client.predict(*asked, 0.5, api_name="/sample")[0])


def test_plain_http_works_without_a_client(server):
    answer = httpx.post(f"{server}/gradio_api/run/decode", json={"data": ["vae2d-mnist", [0.5, -0.5], 0]}, timeout=20).json()
    assert answer["data"][1]["z"] == [0.5, -0.5]
    assert httpx.get(answer["data"][0]["url"]).content[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_readmes_curl_command_answers(server):
    (command,) = [b for b in blocks("bash") if "curl" in b]
    answer = subprocess.run(["bash", "-c", command.replace("http://127.0.0.1:7860", server)], capture_output=True, text=True, timeout=30)
    assert json.loads(answer.stdout)["data"][1]["z"] == [0.5, -0.5]


def test_the_readmes_client_example_runs(server, tmp_path, monkeypatch, capsys):
    (block,) = blocks("python", "gradio_client")
    monkeypatch.chdir(tmp_path)
    exec(compile(block.replace("http://127.0.0.1:7860", server), "README", "exec"), {})
    assert capsys.readouterr().out.strip().endswith("1.0")
    assert set(re.findall(r'api_name="(/\w+)"', block)) == {
        "/models",
        "/decode",
        "/encode",
        "/generate",
        "/interpolate",
        "/swap",
        "/inpaint",
        "/sample",
    }


def test_two_users_at_once_each_get_their_own_pictures(server):
    users = [Client(server, verbose=False) for _ in range(4)]

    def ask(seed, times=3):
        return [digest(users[seed].predict(MODEL, seed % 10, 3, seed, 1.0, api_name="/generate")[0]) for _ in range(times)]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(ask, range(4)))
    assert [set(got) for got in together] == [set(ask(seed, 1)) for seed in range(4)]
    assert len({got[0] for got in together}) == 4


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("/decode", (MODEL, [0.0] * 15, 0), "16 numbers"), ("/decode", (MODEL, [0.0] * 16, 10), "Label"), ("/decode", ("nothing", [0.0], 0), "no checkpoint"),
        ("/decode", (MODEL, [1e9] + [0.0] * 15, 0), "million"), ("/generate", (MODEL, 0, 0, 0, 1.0), "from 1 to 64"),
        ("/generate", (MODEL, 0, 1_000_000, 0, 1.0), "from 1 to 64"), ("/generate", (MODEL, 3, 4, 0, -1.0), "Temperature"),
        ("/interpolate", (MODEL, [0.0] * 16, [0.0] * 16, 0, 5, "detour"), "linear"), ("/sample", ("classifier-mnist", 0, 1, 0, 1.0, None, None), "generative"),
        ("/sample", ("pixelcnn-mnistbin", 0, 1, 0, 1.0, None, None, 1.0), "takes no guidance"), ("/sample", ("pixelcnn-mnist", 0, 1, 0, 1.0, None, None, "much"), "Guidance must be"),
    ],
)  # fmt: skip
def test_bad_arguments_get_one_sentence_and_the_app_lives_on(client, name, arguments, says):
    with pytest.raises(AppError, match=says):
        client.predict(*arguments, api_name=name)
    assert client.predict(api_name="/models")


@pytest.mark.parametrize(("content", "says"), [(b"", "empty|not a picture"), (b"no picture at all", "not a picture")])
def test_a_file_that_is_no_picture_gets_one_sentence(client, tmp_path, content, says):
    path = tmp_path / "upload.png"
    path.write_bytes(content)
    with pytest.raises(AppError, match=says):
        client.predict(MODEL, handle_file(path), -1, api_name="/encode")


@pytest.mark.parametrize(("side", "value", "says"), [(28, 0, "empty"), (28, 255, "whole"), (30, 0, "30×30")])
def test_a_mask_that_will_not_do_gets_one_sentence(client, digit, tmp_path, side, value, says):
    path = tmp_path / "mask.png"
    Image.fromarray(np.full((side, side), value, np.uint8)).save(path)
    with pytest.raises(AppError, match=says):
        client.predict(MODEL, handle_file(digit), handle_file(path), -1, 3, 0, api_name="/inpaint")


@pytest.fixture(scope="module")
def face(tmp_path_factory):
    path = tmp_path_factory.mktemp("faces") / "face.png"
    path.write_bytes(images.png(ModelRegistry().samples("faces").x[:1]))
    return path


def test_a_face_is_swapped_to_everybody_and_its_class_guessed(client, face):
    png, said = client.predict("cvaegan-faces", handle_file(face), -1, [], api_name="/swap")
    assert size(png) == (38 * 64, 64)
    assert said["label"] == int(ModelRegistry().samples("faces").y[0])
    assert sum(v["label"] == k for k, v in enumerate(said["verdicts"])) >= 34


def test_a_sprite_is_swapped_in_colour_to_the_characters_asked_for(client, tmp_path):
    s, path = ModelRegistry().samples("sprites"), tmp_path / "sprite.png"
    path.write_bytes(images.png(s.x[:1]))
    png, said = client.predict("cvaegan-sprites", handle_file(path), -1, [0, 1295, 700], api_name="/swap")
    assert size(png) == (3 * 64, 64)
    assert Image.open(png).mode == "RGB"
    assert said["label"] == int(s.y[0])
    assert [v["label"] for v in said["verdicts"]] == [0, 1295, 700]


def test_a_hole_in_a_face_is_repaired_pass_by_pass(client, face, tmp_path):
    hole = np.zeros((64, 64), np.uint8)
    hole[16:40, 16:48] = 255
    Image.fromarray(hole).save(tmp_path / "hole.png")
    arguments = ("cvaegan-faces", handle_file(face), handle_file(tmp_path / "hole.png"), -1, 4, 0)
    png, said = client.predict(*arguments, api_name="/inpaint")
    assert size(png) == (4 * 64, 64)
    assert said["change"][-1] < said["change"][1]


def test_a_picture_without_a_face_is_refused_over_http_too(client, tmp_path):
    Image.new("L", (300, 200), 120).save(tmp_path / "grey.png")
    with pytest.raises(AppError, match="No face was found"):
        client.predict("cvaegan-faces", handle_file(tmp_path / "grey.png"), -1, [], api_name="/swap")


def test_an_argument_that_is_missing_too_many_or_of_another_kind_is_told_in_a_sentence(server):
    def said(name, data):
        answer = httpx.post(f"{server}/gradio_api/run/{name}", content=json.dumps({"data": data}), headers=JSON, timeout=20)
        return answer.json().get("error") or ""

    z = [0.0] * 16
    for bad in ("x", float("nan"), [1], {}, True, 1.5, 10**400, None, "a" * 10_000):
        assert ("Label is missing" if bad is None else "Label must be a whole number") in said("decode", [MODEL, z, bad])
        assert len(said("decode", [bad, z, 0])) > 10
        assert "list of" in said("decode", [MODEL, bad, 0])
        assert "a value is not" in said("encode", [MODEL, bad, 0]).lower() or "Send a picture" in said("encode", [MODEL, bad, 0])
    assert "takes 3 values (model, z, label), got 1" in said("decode", [MODEL])
    assert "got 4" in said("decode", [MODEL, z, 0, 0])
    for path in ("/etc/passwd", "http://127.0.0.1:9/x.png", "/tmp"):
        assert said("encode", [MODEL, {"path": path, "meta": {"_type": "gradio.FileData"}}, -1])
    for path, body in (("run/nothing", {"data": []}), ("run/predict", {"data": [], "fn_index": 10**6}), ("call/v2/nothing", {})):
        assert "no endpoint" in httpx.post(f"{server}/gradio_api/{path}", json=body).json()["error"]
    assert "not one this page takes" in httpx.post(f"{server}/gradio_api/call/v2/decode", json={"zz": 1}).json()["error"]


def test_a_body_too_large_is_refused_in_a_sentence(server):
    for text in (b'{"data": ["' + b"A" * 9_000_000 + b'"]}', b'{"data": ["m", [' + b"0," * 100_000 + b"0], 0]}"):
        answer = httpx.post(f"{server}/gradio_api/run/decode", content=text, headers=JSON, timeout=20)
        assert answer.status_code == 413
        assert "send" in answer.json()["error"]


def test_nothing_of_an_answer_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr(app, "KEPT", 1)
    demo = app.build_demo()
    _, url, _ = demo.launch(prevent_thread_lock=True, server_name="127.0.0.1", **app.launch_kwargs())
    try:
        with httpx.Client(base_url=url, timeout=20) as client:
            files = [client.post("/gradio_api/upload", files={"files": ("x.png", images.png(torch.rand(1, 1, 28, 28)))}).json()[0] for _ in range(3)]
            picture = {"path": files[0], "meta": {"_type": "gradio.FileData"}}
            for k in range(5):
                client.post("/gradio_api/run/decode", json={"data": ["vae2d-mnist", [0.1 * k, 0.0], 0]}).raise_for_status()
            client.post("/gradio_api/run/swap", json={"data": [MODEL, picture, 3, []]}).raise_for_status()
            assert len(list(tmp_path.rglob("*.png"))) >= 5
            until = time.monotonic() + 15
            while list(tmp_path.iterdir()) and time.monotonic() < until:
                time.sleep(0.2)
            assert list(tmp_path.iterdir()) == []
    finally:
        demo.close()


def test_so_many_answers_at_most_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    answers = Answers(most=3)
    paths = [answers.file(bytes([k])) for k in (0, 1, 2, 0, 3)]
    assert [Path(p).exists() for p in paths] == [True, False, True, True, True]


def test_so_many_sessions_are_remembered_and_cost_little(server):
    from gradio.state_holder import SessionState

    demo = app.build_demo()
    assert not any(SessionState(demo).config_values.values())
    assert app.launch_kwargs()["state_session_capacity"] <= 100
