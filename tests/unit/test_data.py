import dataclasses
import json
import os
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from genlib import checkpoint, data, finetuning, growth, output, train
from genlib.curves import Curves
from genlib.data import own
from genlib.evaluation import report
from genlib.models.cvae import CVAEConfig
from genlib.models.cvae_gan import CVAEGAN
from genlib.recipes import FACE, RECIPES
from tests.conftest import SMALL, write_idx


def test_gzipped_idx_files_are_read_in_place(tmp_path):
    x = np.random.default_rng(0).integers(0, 256, (5, 28, 28))
    write_idx(tmp_path / "MNIST/raw/t10k-images-idx3-ubyte.gz", x)
    write_idx(tmp_path / "MNIST/raw/t10k-labels-idx1-ubyte.gz", np.array([3, 1, 4, 1, 5]))
    images = data.mnist(tmp_path, "test")
    assert images.x.squeeze(1).tolist() == x.tolist()
    assert images.y.tolist() == [3, 1, 4, 1, 5]
    assert images.batch(slice(0, 2)).x.max() <= 1


def idx(axes, *shape, body=b"", kind=8, zeros=b"\0\0") -> bytes:
    return zeros + bytes([kind, axes]) + b"".join(n.to_bytes(4, "big", signed=n < 0) for n in shape) + body


PICTURES, LABELS = idx(3, 2, 28, 28, body=bytes(2 * 784)), idx(1, 2, body=b"\1\2")


@pytest.mark.parametrize(
    ("pictures", "labels", "says"),
    [
        (b"\0\0\x08\x03oops", LABELS, "header"), (b"", LABELS, "idx"), (PICTURES[:-1], LABELS, "header"),
        (PICTURES + b"x", LABELS, "header"), (idx(3, -1, 28, 28, body=bytes(784)), LABELS, "header"),
        (idx(255, *[2**31 - 1] * 255), LABELS, "header"), (idx(3, 2, 28, 28, body=bytes(2 * 784), kind=13), LABELS, "header"),
        (idx(3, 2, 28, 28, body=bytes(2 * 784), zeros=b"PK"), LABELS, "header"),
        (idx(3, 2, 32, 32, body=bytes(2 * 1024)), LABELS, "28×28"), (idx(1, 784, body=bytes(784)), LABELS, "28×28"),
        (PICTURES, idx(1, 3, body=b"\1\2\3"), "as many"), (PICTURES, idx(2, 2, 1, body=b"\1\2"), "as many"),
        (idx(3, 0, 28, 28), idx(1, 0), "as many"), (PICTURES, idx(1, 2, body=b"\1\x0a"), "label 10"),
    ],
)  # fmt: skip
def test_an_idx_file_that_is_broken_or_lies_is_refused_in_one_sentence(pictures, labels, says, tmp_path):
    for kind, raw in (("images-idx3", pictures), ("labels-idx1", labels)):
        path = tmp_path / f"MNIST/raw/t10k-{kind}-ubyte"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    with pytest.raises(data.DataError, match=says) as error:
        data.mnist(tmp_path, "test")
    assert len(str(error.value)) < 4000


def test_a_zipped_idx_file_is_not_unpacked_beyond_its_bound(tmp_path, monkeypatch):
    monkeypatch.setattr("genlib.data.idx.MAX_BYTES", 1000)
    write_idx(tmp_path / "MNIST/raw/t10k-images-idx3-ubyte.gz", np.zeros((5, 28, 28)))
    write_idx(tmp_path / "MNIST/raw/t10k-labels-idx1-ubyte.gz", np.zeros(5))
    with pytest.raises(data.DataError, match="larger"):
        data.mnist(tmp_path, "test")


def test_a_binarised_models_floor_is_of_binarised_training_pictures(tmp_path):
    grey = data.Images(torch.full((50, 1, 8, 8), 64, dtype=torch.uint8), torch.zeros(50).long(), ("0",))
    x = report.training_pictures(checkpoint.Info("pixelcnn", {}, dataset="mnistbin"), grey, 40, 0)
    assert x.shape == (40, 1, 8, 8)
    assert set(x.unique().tolist()) == {0.0, 1.0}
    assert abs(float(x.mean()) - 64 / 255) < 0.03
    x = report.training_pictures(checkpoint.Info("pixelcnn", {}, dataset="mnist"), grey, 40, 0)
    assert x.unique().tolist() == pytest.approx([64 / 255])


@pytest.mark.parametrize("name", ["mnist", "mnistbin", "fashion", "faces", "sprites"])
def test_a_folder_that_was_given_is_read_and_never_filled(name, tmp_path, monkeypatch):
    monkeypatch.setattr("genlib.data.download", lambda *_: pytest.fail("it downloads"))
    for root in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(data.DataError, match=str(tmp_path)):
            data.load(name, "train", root)
    assert not any(tmp_path.iterdir())


def test_without_a_folder_the_cache_is_filled_once(tmp_path, monkeypatch):
    from torchvision import datasets

    asked = []

    def fetch(root, download):
        asked.append((root, download))
        for split in ("train", "t10k"):
            write_idx(tmp_path / f"MNIST/raw/{split}-images-idx3-ubyte.gz", np.zeros((5, 28, 28)))
            write_idx(tmp_path / f"MNIST/raw/{split}-labels-idx1-ubyte.gz", np.zeros(5))

    monkeypatch.setattr(datasets, "MNIST", fetch)
    monkeypatch.setenv("GENLIB_DATA", str(tmp_path))
    assert len(data.load("mnist", "test")) == len(data.load("mnistbin", "train")) == 5
    assert asked == [(tmp_path, True)]


def test_a_digest_is_of_pictures_classes_and_names():
    x, y = torch.arange(8, dtype=torch.uint8).view(2, 1, 2, 2), torch.tensor([0, 1])
    images = data.Images(x, y, ("a", "b"))
    same = data.Images(x.clone(), y.clone(), ("a", "b"))
    assert images.digest() == same.digest()
    others = [
        data.Images(x.flip(0), y, ("a", "b")), data.Images(x, y.flip(0), ("a", "b")), data.Images(x, y, ("a", "c")),
        data.Images(x.view(2, 1, 1, 4), y, ("a", "b")),
    ]  # fmt: skip
    assert len({images.digest(), *(other.digest() for other in others)}) == 5


def test_batches_depend_on_seed_and_step_alone():
    images = data.Images(torch.arange(20, dtype=torch.uint8).view(20, 1, 1, 1), torch.arange(20), ())
    forward = data.Batches(images, 6, seed=1)
    seen = [forward(step, None).y.tolist() for step in range(6)]
    fresh = data.Batches(images, 6, seed=1)
    assert [fresh(step, None).y.tolist() for step in (4, 1, 5)] == [seen[4], seen[1], seen[5]]
    assert len(set(sum(seen[:3], []))) == 18  # an epoch shows no picture twice


@pytest.mark.parametrize("change", [data.jitter, data.flip_and_shift])
def test_augmentation_is_reproducible_and_stays_in_range(change):
    x = torch.rand(4, 1, 28, 28)
    a, b = (change(x, torch.Generator().manual_seed(2)) for _ in range(2))
    assert torch.equal(a, b)
    assert a.shape == x.shape
    assert not torch.equal(a, x)
    assert 0 <= a.min() <= a.max() <= 1


@pytest.mark.parametrize("change", [data.jitter, data.flip_and_shift, data.brightness_jitter, data.binarise])
def test_a_batch_of_no_pictures_is_changed_into_one_of_none(change):
    assert change(torch.zeros(0, 1, 28, 28), torch.Generator().manual_seed(0)).shape == (0, 1, 28, 28)


def pictures(root):
    for name in ("B", "owl"):
        (root / name).mkdir(parents=True)
        for i in range(3):
            Image.fromarray(np.random.default_rng(i).integers(0, 256, (30, 40, 3)).astype(np.uint8)).save(root / name / f"{i}.png")
    (root / "owl" / "notes.txt").write_text("no picture")
    return root


def test_a_folder_of_any_pictures_becomes_a_data_set(tmp_path):
    images = data.folder(pictures(tmp_path), 8, 1, "colour")
    assert images.x.shape == (6, 1, 8, 8)
    assert images.labels == ("B", "owl")
    assert images.y.tolist() == [0, 0, 0, 1, 1, 1]


def test_every_file_that_is_left_out_is_named_and_said_why(tmp_path):
    root = pictures(tmp_path)
    (root / "B" / "photograph.heic").write_bytes(b"\0\0\0\x18ftypheic")
    (root / "B" / "half.png").write_bytes((root / "B" / "0.png").read_bytes()[:200])
    (root / "B" / "more").mkdir()
    (root / "owl" / ".DS_Store").write_bytes(b"x")
    (root / "stray.png").write_bytes((root / "B" / "0.png").read_bytes())
    images = data.folder(root, 8, 1, "colour")
    left = [(left.label, left.file) for left in images.left_out]
    assert left == [("", "stray.png"), ("B", "half.png"), ("B", "more"), ("B", "photograph.heic"), ("owl", "notes.txt")]
    assert all(left.text for left in images.left_out)
    lines = "\n".join(own.describe_remarks(images.left_out, "left out"))
    assert "B: 3 left out" in lines
    assert all(left.file in lines and left.text in lines for left in images.left_out)


def test_a_pipe_among_the_pictures_is_left_out_not_waited_for(tmp_path):
    os.mkfifo(pictures(tmp_path) / "B" / "pipe.png")
    assert [left.file for left in data.folder(tmp_path, 8, 1, "colour").left_out] == ["pipe.png", "notes.txt"]


def test_a_class_of_which_nothing_is_left_is_an_error_that_names_it_and_its_files(tmp_path):
    root = pictures(tmp_path)
    (root / "C").mkdir()
    with pytest.raises(data.DataError, match="C holds no picture"):
        data.folder(root, 8, 1, "colour")
    for k in range(5):
        (root / "C" / f"{k}.heic").write_bytes(b"\0\0\0\x18ftypheic")
    with pytest.raises(data.DataError, match=r"C holds no picture.*5 left out.*0\.heic.*4\.heic"):
        data.folder(root, 8, 1, "colour")


def test_an_empty_folder_and_none_are_refused(tmp_path):
    with pytest.raises(data.DataError, match="sub-folder"):
        data.folder(tmp_path, 8, 1, "colour")
    with pytest.raises(data.DataError, match="nowhere is not a folder"):
        data.folder(tmp_path / "nowhere", 8, 1, "colour")


@pytest.mark.parametrize("family", ["cvaegan", "cvae", "pixelcnn", "pixelgan", "classifier"])
def test_finetuning_keeps_known_classes_and_adds_new_ones(family, tmp_path):
    checkpoint.save(SMALL[family](), tmp_path / "old", labels=("a", "b", "c"), dataset="mnist", name="small")
    task = finetuning.prepare(tmp_path / "old", pictures(tmp_path / "data"), finetuning.Choices(batch=4))
    assert task.about["labels"] == ("a", "b", "c", "owl")
    assert sorted(set(task.batches.images.y.tolist())) == [1, 3]
    assert any("new" in line for line in task.report)
    list(train.train(task.run, task.batches, train.Budget(steps=3)))
    checkpoint.save(task.run.model(), tmp_path / "new", **task.about)
    assert checkpoint.load(tmp_path / "new").config.classes == 4
    info = checkpoint.read_info(tmp_path / "new")
    assert (info.dataset, info.training["folder"]) == ("folder", "data")


def finetuned(source, root, out, **options) -> finetuning.Task:
    """The task of fine-tuning a checkpoint, whose outcome is saved after one batch."""
    task = finetuning.prepare(source, root, finetuning.Choices(batch=4, **options))
    list(train.train(task.run, task.batches, train.Budget(steps=1)))
    output.save(task.run, out, task.about | {"training": {}}, Curves(), task.batches.images.digest())
    return task


def test_a_model_without_classes_is_of_its_own_data_set_too(tmp_path):
    checkpoint.save(SMALL["vae"](), tmp_path / "old", labels=("0", "1"), dataset="mnist", name="vae2d-mnist")
    finetuned(tmp_path / "old", pictures(tmp_path / "data"), tmp_path / "new")
    info = checkpoint.read_info(tmp_path / "new")
    assert (info.dataset, info.labels, info.preparation) == ("folder", ("B", "owl"), "digits")
    finetuned(tmp_path / "new", tmp_path / "data", tmp_path / "newer")
    newer = checkpoint.read_info(tmp_path / "newer")
    assert (newer.name, newer.preparation) == (info.name, "digits")


def test_a_finetuned_models_finetuning_has_its_bases_objective_and_weights(tmp_path):
    checkpoint.save(SMALL["cvaegan"](), tmp_path / "old", labels=("a", "b", "c"), dataset="faces", name="cvaegan-faces")
    root = pictures(tmp_path / "data")
    finetuned(tmp_path / "old", root, tmp_path / "new")
    kept = checkpoint.read_info(tmp_path / "new").objective
    assert (kept["weights"]["pairwise"], kept["weights"]["latent_class_mmd"]) == (20.0, 50.0)
    assert checkpoint.read_info(tmp_path / "new").training["betas"] == [0.5, 0.999]
    assert finetuned(tmp_path / "new", root, tmp_path / "newer").run.objective.weights == FACE


@pytest.mark.parametrize(("family", "betas"), [("wgan", (0.0, 0.99)), ("wgangp", (0.0, 0.9)), ("gan", (0.5, 0.999)), ("vae", (0.9, 0.999))])
def test_finetuning_has_the_momentum_of_the_familys_paper(family, betas, tmp_path):
    checkpoint.save(SMALL[family](), tmp_path / "old", dataset="mnist")
    task = finetuning.prepare(tmp_path / "old", pictures(tmp_path / "data"), finetuning.Choices(batch=4, lr=1e-4))
    assert {o.defaults["betas"] for o in task.run.optimizers} == {betas}
    assert task.run.lr == 1e-4


def test_finetuning_keeps_the_momentum_a_checkpoint_was_trained_with(tmp_path, monkeypatch):
    root, betas = pictures(tmp_path / "data"), (0.2, 0.9)
    monkeypatch.setitem(RECIPES, "dcgan-mnist", dataclasses.replace(RECIPES["dcgan-mnist"], betas=betas))
    checkpoint.save(SMALL["dcgan"](), tmp_path / "old", dataset="mnist", name="dcgan-mnist")
    assert finetuned(tmp_path / "old", root, tmp_path / "new").run.betas == betas
    info = checkpoint.read_info(tmp_path / "new")
    assert finetuned(tmp_path / "new", root, tmp_path / "newer").run.betas == betas
    checkpoint.write_info(tmp_path / "new", checkpoint.replace(info, training={"betas": ["x", 2]}))
    assert finetuning.prepare(tmp_path / "new", root).run.betas == (0.5, 0.999)


@pytest.mark.parametrize(
    "objective",
    [
        {"name": "likelihood"}, {"name": "cvaegan", "weights": {"pairwise": float("nan")}}, {"name": "cvaegan", "weights": {"x": 1}},
        {"name": "cvaegan", "weights": 3}, {"name": "cvaegan", "keep": -1}, {"name": "cvaegan", "keep": 10**400},
        {"name": "cvaegan", "model": 1}, {"name": "cvaegan", "keep": True}, {"name": ["cvaegan"]}, {"name": "os.system"}, {"name": "cvaegan", "keep": 1}, {"name": "cvaegan", "weights": {"swapped": 2}},
    ],
)  # fmt: skip
def test_an_objective_that_is_none_of_the_models_is_refused_in_one_sentence(objective, tmp_path):
    checkpoint.save(SMALL["cvaegan"](), tmp_path / "old", labels=("a", "b", "c"))
    config = json.loads((tmp_path / "old" / checkpoint.CONFIG).read_text())
    (tmp_path / "old" / checkpoint.CONFIG).write_text(json.dumps(config | {"objective": objective}))
    with pytest.raises(checkpoint.CheckpointError) as error:
        finetuning.prepare(tmp_path / "old", pictures(tmp_path / "data"))
    assert len(str(error.value)) < 1000


def test_one_picture_is_too_few(tmp_path):
    checkpoint.save(SMALL["cvaegan"](), tmp_path / "old", labels=("a", "b", "c"))
    root = pictures(tmp_path / "data")
    shutil.rmtree(root / "B")
    for k in (1, 2):
        (root / "owl" / f"{k}.png").unlink()
    with pytest.raises(data.DataError, match="two at least"):
        finetuning.prepare(tmp_path / "old", root)


def test_names_of_classes_are_compared_without_case_and_however_their_accents_are_written():
    assert growth.classes(("é", "B"), ("E\u0301", "b", "c", "C")) == (("é", "B", "c"), [0, 1, 2, 2])


@pytest.mark.parametrize("style", [0, 5])
def test_a_grown_model_draws_its_old_classes_as_before(style):
    model = CVAEGAN(CVAEConfig(size=8, classes=3, latent_dim=4, width=4, features=8, style_dim=style)).eval()
    bigger = growth.grow(model, 5).eval()
    z, y = torch.randn(2, 4), torch.tensor([0, 2])
    assert isinstance(bigger, CVAEGAN)
    torch.testing.assert_close(model.decode(z, y), bigger.decode(z, y))


def test_a_checkpoint_with_a_recipe_is_finetuned_by_its_own_weights(tmp_path):
    checkpoint.save(SMALL["cvaegan"](), tmp_path / "old", labels=("a", "b", "c"), dataset="faces", name="cvaegan-faces")
    task = finetuning.prepare(tmp_path / "old", pictures(tmp_path / "data"), finetuning.Choices(batch=4))
    assert task.run.objective.weights == FACE


def test_mnist_is_binarised_once_for_the_test_and_anew_each_time_for_training(tmp_path):
    grey = np.full((64, 28, 28), 64)
    for prefix in ("train", "t10k"):
        write_idx(tmp_path / f"MNIST/raw/{prefix}-images-idx3-ubyte.gz", grey)
        write_idx(tmp_path / f"MNIST/raw/{prefix}-labels-idx1-ubyte.gz", np.zeros(64))
    test, again = data.mnistbin(tmp_path, "test"), data.mnistbin(tmp_path, "test")
    assert torch.equal(test.x, again.x)
    assert set(test.x.unique().tolist()) == {0, 255}
    assert abs((test.x > 0).float().mean().item() - 64 / 255) < 0.01
    x = data.mnistbin(tmp_path, "train").batch(slice(0, 4)).x
    first, second = (data.binarise(x, torch.Generator().manual_seed(k)) for k in (0, 1))
    assert not torch.equal(first, second)
    assert torch.equal(first, data.binarise(x, torch.Generator().manual_seed(0)))


def test_a_class_whose_name_could_not_be_read_again_is_found_before_the_training(tmp_path):
    checkpoint.save(SMALL["cvae"](), tmp_path / "old", labels=("a", "b", "c"), dataset="mnist")
    (pictures(tmp_path / "data") / "owl").rename(tmp_path / "data" / "two\nlines")
    task = finetuning.prepare(tmp_path / "old", tmp_path / "data", finetuning.Choices(batch=4))
    with pytest.raises(checkpoint.CheckpointError, match="labels"):
        output.check_info(task.run, tmp_path, task.about)
