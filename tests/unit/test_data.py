import numpy as np
import pytest
import torch
from PIL import Image

from genlib import checkpoint, data, finetuning, train
from genlib.models.cvae import CVAEConfig
from genlib.models.cvae_gan import CVAEGAN
from genlib.recipes import FACE
from tests.conftest import SMALL, write_idx


def test_gzipped_idx_files_are_read_in_place(tmp_path):
    x = np.random.default_rng(0).integers(0, 256, (5, 28, 28))
    write_idx(tmp_path / "MNIST/raw/t10k-images-idx3-ubyte.gz", x)
    write_idx(tmp_path / "MNIST/raw/t10k-labels-idx1-ubyte.gz", np.array([3, 1, 4, 1, 5]))
    images = data.mnist(tmp_path, "test")
    assert images.x.squeeze(1).tolist() == x.tolist()
    assert images.y.tolist() == [3, 1, 4, 1, 5]
    assert images.batch(slice(0, 2)).x.max() <= 1


def test_a_broken_idx_file_is_refused(tmp_path):
    for kind in ("images-idx3", "labels-idx1"):
        path = tmp_path / f"MNIST/raw/t10k-{kind}-ubyte"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0\0\x08\x03oops")
    with pytest.raises(data.DataError, match="idx"):
        data.mnist(tmp_path, "test")


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


def pictures(root):
    for name in ("B", "owl"):
        (root / name).mkdir(parents=True)
        for i in range(3):
            Image.fromarray(np.random.default_rng(i).integers(0, 256, (30, 40, 3)).astype(np.uint8)).save(
                root / name / f"{i}.png"
            )
    (root / "owl" / "notes.txt").write_text("no picture")
    return root


def test_a_folder_of_any_pictures_becomes_a_data_set(tmp_path):
    images = data.folder(pictures(tmp_path), 8, 1)
    assert images.x.shape == (6, 1, 8, 8)
    assert images.labels == ("B", "owl")


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(data.DataError, match="sub-folder"):
        data.folder(tmp_path, 8, 1)


@pytest.mark.parametrize("family", ["cvaegan", "cvae", "pixelcnn", "pixelgan", "classifier"])
def test_finetuning_keeps_known_classes_and_adds_new_ones(family, tmp_path):
    checkpoint.save(SMALL[family](), tmp_path / "old", labels=("a", "b", "c"), dataset="mnist", name="small")
    task = finetuning.prepare(tmp_path / "old", pictures(tmp_path / "data"), batch=4)
    assert task.about["labels"] == ("a", "b", "c", "owl")
    assert sorted(set(task.batches.images.y.tolist())) == [1, 3]
    assert any("new" in line for line in task.report)
    list(train.train(task.run, task.batches, train.Budget(steps=3)))
    checkpoint.save(task.run.model(), tmp_path / "new", **task.about)
    assert checkpoint.load(tmp_path / "new").config.classes == 4


@pytest.mark.parametrize("style", [0, 5])
def test_a_grown_model_draws_its_old_classes_as_before(style):
    model = CVAEGAN(CVAEConfig(size=8, classes=3, latent_dim=4, width=4, features=8, style=style)).eval()
    bigger = finetuning.grown(model, 5).eval()
    z, y = torch.randn(2, 4), torch.tensor([0, 2])
    assert isinstance(bigger, CVAEGAN)
    torch.testing.assert_close(model.decode(z, y), bigger.decode(z, y))


def test_a_checkpoint_with_a_recipe_is_finetuned_by_its_own_weights(tmp_path):
    checkpoint.save(SMALL["cvaegan"](), tmp_path / "old", labels=("a", "b", "c"), dataset="faces", name="cvaegan-faces")
    task = finetuning.prepare(tmp_path / "old", pictures(tmp_path / "data"), batch=4)
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
    first, second = (data.binarised(x, torch.Generator().manual_seed(k)) for k in (0, 1))
    assert not torch.equal(first, second)
    assert torch.equal(first, data.binarised(x, torch.Generator().manual_seed(0)))
