"""What is measured, against closed forms and against answers known beforehand."""

import json
import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from genlib import __main__ as command_line
from genlib import checkpoint, data, hub, train
from genlib.batch import Batch
from genlib.evaluation import likelihood, metrics, report, samples
from genlib.models.base import Normal
from genlib.models.pixelgan import PixelGAN, PixelGANConfig
from genlib.models.vae import VAE, VAEConfig
from tests.conftest import small, write_idx


def seeded(k: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(k)


def test_fid_of_two_gaussians_is_its_closed_form():
    """‖μ₁ − μ₂‖² + Σ (σ₁ − σ₂)², for covariances that are diagonal."""
    x = torch.randn(40_000, 3, generator=seeded())
    x = (x - x.mean(dim=0)) @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(x.T)).T)  # exactly N(0, I)
    spread, shift = torch.tensor([0.5, 1.0, 3.0]), torch.tensor([1.0, 0.0, -2.0])
    assert metrics.fid(x, x * spread + shift) == pytest.approx(5.0 + 0.25 + 4.0, rel=1e-3)
    assert metrics.fid(x, x) == pytest.approx(0, abs=1e-3)


def test_kid_of_two_halves_is_nothing_and_of_others_the_kernels_distance():
    x, y = (torch.randn(3000, 4, generator=seeded(k)) for k in (0, 1))
    assert abs(metrics.kid(x, y)) < 0.01
    # E k(x,x') + E k(y,y') − 2 E k(x,y), k = (⟨a, b⟩/d + 1)³, by all pairs of another draw
    a, b = torch.randn(1500, 4, generator=seeded(2)), torch.randn(1500, 4, generator=seeded(3)) + 1
    kernel = lambda p, q: (p @ q.T / 4 + 1) ** 3  # noqa: E731
    off = ~torch.eye(1500, dtype=torch.bool)
    expected = float(kernel(a, a)[off].mean() + kernel(b, b)[off].mean() - 2 * kernel(a, b).mean())
    assert metrics.kid(a, b) == pytest.approx(expected, rel=0.1)


def test_density_counts_a_crowd_and_coverage_does_not():
    real = torch.arange(10.0)[:, None]  # each ball reaches the k-th neighbour
    crowd = torch.full((10, 1), 4.1)
    # k = 2: inside, balls of radius 1, at the ends 2; 4.1 lies in those of 4 and 5
    assert metrics.density_coverage(real, crowd, nearest=2) == (pytest.approx(20 / 20), pytest.approx(2 / 10))
    assert metrics.density_coverage(real, torch.tensor([[0.5], [100.0]]), nearest=2) == (pytest.approx(2 / 4), pytest.approx(2 / 10))
    assert metrics.density_coverage(real, real, nearest=2)[1] == 1


def test_density_and_coverage_are_those_of_the_papers_own_code():
    """Values that prdc 0.2 gave for the same features."""
    real, fake = torch.randn(500, 8, generator=seeded(0)), torch.randn(400, 8, generator=seeded(1)) * 0.8 + 0.2
    density, coverage = metrics.density_coverage(real, fake)
    assert density == pytest.approx(1.303, abs=1e-6)
    assert coverage == pytest.approx(0.92, abs=1e-6)


def test_a_category_is_named_by_its_commonest_class_and_one_that_is_empty_is_wrong():
    known = (torch.tensor([0, 0, 0, 1, 1]), torch.tensor([7, 7, 3, 2, 2]))
    category, y = torch.tensor([0, 0, 1, 1, 2]), torch.tensor([7, 3, 2, 2, 0])
    assert metrics.category_accuracy(category, y, known, 10) == pytest.approx(3 / 5)


def test_the_entropy_of_classes_is_that_of_what_is_read():
    class Reader:
        def logits(self, x):
            return torch.nn.functional.one_hot(x.flatten().long(), 5).float()

    def entropy(*classes) -> float:
        return metrics.class_entropy(Reader(), torch.tensor(classes).float().view(-1, 1, 1, 1))

    assert entropy(3, 3, 3) == 0
    assert entropy(0, 1, 4, 4) == pytest.approx(1.5 * math.log(2))
    assert entropy(0, 1, 2, 3) == pytest.approx(math.log(4))


def test_psnr_sharpness_and_ssim_have_their_closed_forms():
    x = torch.full((1, 1, 16, 16), 0.5)
    assert metrics.psnr(x, x + 0.1).item() == pytest.approx(20, abs=1e-4)
    ramp = torch.arange(16.0).expand(1, 1, 16, 16) / 16
    assert metrics.sharpness(ramp) == pytest.approx(1 / 16)
    assert metrics.ssim(ramp, ramp) == pytest.approx(1)
    flat = metrics.ssim(x, x + 0.25)  # constants: (2ab + c₁)/(a² + b² + c₁), c₁ = 0.01²
    assert flat == pytest.approx((2 * 0.5 * 0.75 + 1e-4) / (0.25 + 0.5625 + 1e-4), rel=1e-3)


class Known(nn.Module):
    """q(z|x) = N(1, 0.5²) whatever x, and every pixel's logit is z's first number."""

    def __init__(self):
        super().__init__()
        self.config = VAEConfig(size=2, latent_dim=1)

    def encode(self, x, y=None):
        return Normal(torch.ones(len(x), 1), torch.full((len(x), 1), math.log(0.25)))

    def decode_logits(self, z, y=None):
        return z[:, :, None, None].expand(-1, 1, 2, 2)

    def decode(self, z, y=None):
        return self.decode_logits(z).sigmoid()


def test_the_bound_is_the_sum_of_its_parts_with_their_signs():
    x = torch.ones(20_000, 1, 2, 2)
    figures = likelihood.bound_figures(Known(), Batch(x, torch.zeros(len(x)).long()), seeded())
    assert figures["kl_nats"] == pytest.approx(0.5 * (1 + 0.25 - math.log(0.25) - 1), rel=1e-5)
    z = 1 + 0.5 * torch.randn(10**6, generator=seeded(5))
    assert figures["reconstruction_nats"] == pytest.approx(4 * nn.functional.softplus(-z).mean().item(), rel=0.01)
    assert figures["neg_elbo_nats"] == pytest.approx(figures["kl_nats"] + figures["reconstruction_nats"])
    assert figures["reconstruction_mse"] == pytest.approx(4 * (1 - 1 / (1 + math.exp(-1))) ** 2, rel=1e-5)  # at the mean of q


def test_an_exact_likelihood_is_told_in_nats_and_in_bits_a_pixel():
    model, x = small("pixelcnn"), torch.randint(0, 5, (7, 1, 8, 8), generator=seeded()) / 4
    y = torch.arange(7) % 3
    figures = likelihood.likelihood_figures(model, Batch(x, y), seeded())
    log_p = model.logits(x, y).log_softmax(dim=1).gather(1, (x * 4).round().long()).sum(dim=(1, 2, 3))
    assert figures == {"nll_nats": pytest.approx(-log_p.mean().item()), "bits_per_dim": pytest.approx(-log_p.mean().item() / 64 / math.log(2))}


class Echo(nn.Module):
    """Draws pictures whose grey is their class, a tenth a class."""

    def __init__(self):
        super().__init__()
        self.config = type("Config", (), {"classes": 3, "latent_dim": 1, "factors": ()})()

    def prior(self, n, rng=None):
        return torch.randn(n, 1, generator=rng)

    def decode(self, z, y=None):
        return (y.float() / 10)[:, None, None, None].expand(-1, 1, 4, 4) + 0.001 * z[:, :, None, None]


class Grey(nn.Module):
    """Reads a class off a picture's grey, one class too far where `off` says so."""

    def __init__(self, off: int = 0):
        super().__init__()
        self.off = off

    def features(self, x):
        return torch.stack([x.mean(dim=(1, 2, 3)), x[:, 0, 0, 0], x.std(dim=(1, 2, 3))], dim=1)

    def logits(self, x):
        return nn.functional.one_hot(((x.mean(dim=(1, 2, 3)) * 10).round().long() + self.off) % 3, 3).float()


def test_every_judge_gives_its_own_word_under_its_own_name(monkeypatch):
    seen = {}
    monkeypatch.setattr(samples, "gan_train", lambda recipe, generated, test: seen.update(generated=generated, recipe=recipe, test=test) or 0.25)
    test = Batch(torch.rand(60, 1, 4, 4, generator=seeded()), torch.arange(60) % 3)
    figures = samples.sample_figures(
        Echo(), {"classifier": Grey(), "lenet": Grey(off=1)}, test, test.x, seeded(), classifier="recipe", labels=("a", "b", "c"), gan_train_n=90
    )
    assert (figures["gan_test_acc"], figures["gan_test_acc_lenet"]) == (1.0, 0.0)
    assert figures["gan_train_acc"] == 0.25
    assert (figures["gan_train_n"], len(seen["generated"]), seen["recipe"], seen["test"]) == (90, 90, "recipe", test)
    assert figures["fid_floor"] == pytest.approx(0, abs=1e-4)
    assert {"fid", "fid_spread", "fid_lenet", "kid", "density", "coverage"} <= figures.keys()
    assert "fid_unguided" not in figures


def test_gan_train_is_taught_by_the_generated_and_tested_on_the_real():
    from genlib.models.classifier import Classifier, ClassifierConfig
    from genlib.objectives.classification import Classification
    from genlib.recipes import Recipe

    recipe = Recipe("toy", lambda: Classifier(ClassifierConfig(size=8, classes=2, width=4, features=8)), Classification, steps=60, batch=16, lr=5e-3)
    x = torch.zeros(64, 1, 8, 8, dtype=torch.uint8)
    x[1::2] = 255
    y = torch.arange(64) % 2
    test = Batch(x.float() / 255, y)
    assert samples.gan_train(recipe, data.Images(x, y, ("a", "b")), test) == 1.0
    assert samples.gan_train(recipe, data.Images(x, 1 - y, ("a", "b")), test) == 0.0  # what is taught upside down is read so


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """MNIST's folder with black training pictures and white test pictures, and an untrained VAE that was given its name."""
    for split, grey, n in (("train", 0, 40), ("t10k", 255, 20)):
        write_idx(tmp_path / f"data/MNIST/raw/{split}-images-idx3-ubyte.gz", torch.full((n, 28, 28), grey).numpy())
        write_idx(tmp_path / f"data/MNIST/raw/{split}-labels-idx1-ubyte.gz", (torch.arange(n) % 10).numpy())
    torch.manual_seed(0)
    model = VAE(VAEConfig(hidden=(8,), decoder_hidden=(8,)))
    nn.init.zeros_(model.decoder[-1].weight)
    nn.init.constant_(model.decoder[-1].bias, 2.0)  # every pixel is σ(2)
    checkpoint.save(model, tmp_path / "vae2d-mnist", name="vae2d-mnist", dataset="mnist", labels=tuple("0123456789"))
    return tmp_path


@pytest.mark.parametrize(("split", "grey", "written"), [("test", 1.0, True), ("validation", 0.0, False)])
def test_evaluate_measures_the_split_it_says_and_writes_the_test_sets_figures_alone(tiny, monkeypatch, capsys, split, grey, written):
    arguments = ["evaluate", str(tiny / "vae2d-mnist"), "--data", str(tiny / "data"), "--split", split, "--json"]
    monkeypatch.setattr("sys.argv", ["genlib", *arguments])
    monkeypatch.setattr("genlib.data.idx.HELD_OUT", 5)
    command_line.main()
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    expected = 784 * nn.functional.binary_cross_entropy_with_logits(torch.tensor(2.0), torch.tensor(grey)).item()
    assert said["metrics"]["reconstruction_nats"] == pytest.approx(expected, rel=1e-4)
    assert (said["split"], said["n"]) == (split, 20 if split == "test" else 5)
    assert bool(checkpoint.read_info(tiny / "vae2d-mnist").figures) is written
    assert (tiny / "vae2d-mnist" / checkpoint.CODES).exists() is written
    if written:
        codes, q = checkpoint.read_codes(tiny / "vae2d-mnist"), checkpoint.load(tiny / "vae2d-mnist").encode(torch.ones(20, 1, 28, 28))
        torch.testing.assert_close((codes.mean, codes.logvar), (q.mean, q.logvar))


def test_the_validation_split_is_the_end_of_the_training_split_and_fit_the_rest(tiny, monkeypatch):
    monkeypatch.setattr("genlib.data.idx.HELD_OUT", 15)
    train_set, fit, validation = (data.load("mnist", split, tiny / "data") for split in ("train", "fit", "validation"))
    assert torch.equal(torch.cat([fit.y, validation.y]), train_set.y)
    assert len(validation) == 15


def test_held_out_pairs_to_choose_by_are_of_the_training_split_and_never_of_the_test_split():
    from genlib.data import characters, yale

    splits = {name: {k for k in range(6**4) if characters.belongs(k, name)} for name in ("train", "fit", "validation", "test")}
    assert splits["fit"] | splits["validation"] == splits["train"]
    assert not splits["fit"] & splits["validation"]
    assert not splits["train"] & splits["test"]
    assert 90 < len(splits["validation"]) < 170
    pairs = [(f"yaleB{k:02}", f"+{light:03}+00") for k in range(38) for light in range(60)]
    kept = {name: {pair for pair in pairs if yale.belongs(*pair, name)} for name in splits}
    assert kept["fit"] | kept["validation"] == kept["train"]
    assert not kept["fit"] & kept["validation"]
    assert not kept["train"] & kept["test"]
    assert 0.07 < len(kept["validation"]) / len(pairs) < 0.13


def test_categories_are_measured_on_what_the_encoder_says(monkeypatch):
    model = PixelGAN(PixelGANConfig(size=8, classes=0, categories=3, latent_dim=3, levels=2, width=4, dilations=(1,), frequencies=0, features=8))
    grey = lambda x: nn.functional.one_hot((x.mean(dim=(1, 2, 3)) * 2).round().long(), 3).float()  # noqa: E731
    monkeypatch.setattr(PixelGAN, "encode", lambda self, x, y=None: Normal(grey(x), None))
    x = (torch.tensor([0, 127, 255]).repeat(10)[:, None, None, None].expand(-1, 1, 8, 8)).to(torch.uint8)
    y = torch.tensor([5, 6, 7]).repeat(10)
    images = data.Images(x, y, tuple("0123456789"))
    assert report.measure_categories(model, images, images.batch(slice(None))) == 1.0
    assert report.reading_figures(model, images, images.batch(slice(None))) == {"category_acc": 1.0}


def test_the_judges_of_a_data_set_are_the_classifier_first_and_the_others_that_are_there(monkeypatch):
    monkeypatch.setattr(hub, "bundled_checkpoints", lambda: {"classifier-mnist": None, "lenet-mnist": None})
    monkeypatch.setattr(hub, "resolve", lambda name: name)
    monkeypatch.setattr(checkpoint, "load", lambda name: SimpleNamespace(to=lambda device: f"{name} on {device}"))
    assert report.judges_of("mnistbin", "there") == {"classifier": "classifier-mnist on there", "lenet": "lenet-mnist on there"}
    assert report.judges_of("fashion") == {"classifier": "classifier-fashion on cpu"}


def test_a_runs_average_after_two_steps_is_its_closed_form():
    averages, current = [torch.tensor([1.0])], [torch.tensor([3.0])]
    train.ema_update(averages, current, torch.tensor(0), ema=0.999)  # a young average keeps (1 + 0)/(10 + 0)
    assert averages[0].item() == pytest.approx(0.1 * 1 + 0.9 * 3)
    train.ema_update(averages, current, torch.tensor(10**6), ema=0.999)
    assert averages[0].item() == pytest.approx(0.999 * 2.8 + 0.001 * 3)


@pytest.mark.parametrize("family", ["pixelcnn", "pixelrnn", "pixelgan", "classifier", "lenet", "ssgan", "vae"])
def test_only_what_names_classes_is_measured_by_them(family):
    x = (torch.rand(6, 1, 8, 8, generator=seeded()) * 255).to(torch.uint8)
    images = data.Images(x, torch.arange(6) % 3, ("a", "b", "c"))
    figures = report.reading_figures(small(family), images, images.batch(slice(None)))
    assert ("accuracy" in figures) == (family in ("classifier", "lenet", "ssgan"))
