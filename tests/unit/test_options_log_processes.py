"""Options from a file, metrics for a board, and many processes at one training."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from genlib import __main__ as command_line
from genlib import data, log, options, processes, train
from genlib.batch import Batch
from genlib.curves import read_curves
from genlib.recipes import RECIPES
from tests.conftest import write_mnist


@pytest.fixture(scope="module")
def data_root(tmp_path_factory):
    return write_mnist(tmp_path_factory.mktemp("data"))


@pytest.fixture
def run(monkeypatch):
    def run(*arguments) -> None:
        monkeypatch.setattr(sys, "argv", ["genlib", *map(str, arguments)])
        command_line.main()

    return run


@pytest.fixture
def toml(tmp_path):
    def write(text: str) -> str:
        (tmp_path / "options.toml").write_text(text, encoding="utf-8")
        return str(tmp_path / "options.toml")

    return write


def test_what_a_file_says_stands_where_it_was_named_and_the_command_line_goes_before_it(toml):
    file = toml('lr = 5e-4\nsteps = 20\ndata = "a b"\nfreeze = ["encoder", "posterior"]\nkeep_old = false\nresume = true\n')
    said = ["--lr=0.0005", "--steps=20", "--data=a b", "--freeze", "encoder", "posterior", "--no-keep-old", "--resume"]
    assert options.expand(["finetune", "x", "--config", file]) == ["finetune", "x", *said]
    assert options.expand(["finetune", f"--config={file}", "x"]) == ["finetune", "x", *said]
    shorter = [word for word in said if word not in ("--lr=0.0005", "--steps=20", "--resume", "--no-keep-old")]
    typed = ["finetune", "x", "--lr", "1", "--minutes", "2", "--overwrite", "--keep-old"]
    assert options.expand([*typed, "--config", file]) == [*typed, *shorter]
    assert options.expand(["finetune", "x"]) == ["finetune", "x"]
    assert options.expand(["evaluate", "x", "--config", file]) == ["evaluate", "x", "--config", file]  # which knows no such option


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lr = ", "is no TOML"),
        ("a = {b = 1}", "the option a wants a text"),
        ("freeze = [1]", "the option freeze wants a text"),
        ('config = "x"', "config is no option of a training"),
        ('"lr x" = 1', "lr x is no option of a training"),
        ("# " + "x" * 70_000, "has more than 65536 bytes"),
    ],
)
def test_a_file_of_options_that_cannot_be_followed_is_told_in_a_sentence(text, says, toml, run):
    with pytest.raises(SystemExit, match=says):
        run("train", "ae2d-mnist", "--config", toml(text))


def test_a_file_of_options_that_is_not_there_is_told_and_an_option_nobody_knows_is_argparses_to_tell(toml, run, capsys):
    with pytest.raises(SystemExit, match=r"gone.toml cannot be read: No such file"):
        run("train", "ae2d-mnist", "--config", "gone.toml")
    with pytest.raises(SystemExit):
        run("train", "ae2d-mnist", "--config", toml("lrr = 1"))
    assert "unrecognized arguments: --lrr=1" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run("train", "ae2d-mnist", "--config", toml("lr = -1"))
    assert "argument --lr: must be a number" in capsys.readouterr().err


def test_a_run_by_a_file_is_on_its_card_as_if_it_had_been_typed_and_its_metrics_are_on_the_board(data_root, tmp_path, toml, run):
    out = tmp_path / "run"
    run("train", "ae2d-mnist", "--config", toml(f'steps = 20\nlog = "tensorboard"\ndata = "{data_root}"'), "--out", out)
    training = json.loads((out / "config.json").read_text())["training"]
    assert training["command"] == f"python -m genlib train ae2d-mnist --out {out} --steps=20 --log=tensorboard --data={data_root}"
    board = EventAccumulator(str(out / "log")).Reload()
    entered = board.Scalars("model/loss")
    assert [entry.step for entry in entered] == [10, 20]
    kept = read_curves(out)[1]["model/loss"]  # a mean over all batches
    assert min(kept) * 0.9 < entered[-1].value < entered[0].value < 1.1 * max(kept) + 10


def test_trackio_has_the_same_metrics_under_the_runs_name(tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "kept"))
    code = """
import sys
from pathlib import Path
from genlib import log
with log.open_log("trackio", Path("runs/mine"), {"seed": 3}) as enter:
    enter(10, {"model/loss": 2.5})
    enter(20, {"model/loss": 1.5})
from trackio.sqlite_storage import SQLiteStorage
print([(row["step"], row["model/loss"]) for row in SQLiteStorage.get_logs("genlib", "mine")])
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120).stdout
    assert said.strip().splitlines()[-1] == "[(10, 2.5), (20, 1.5)]"


def test_a_board_that_is_not_installed_is_told_before_the_data_is_read(run, monkeypatch, tmp_path):
    monkeypatch.setattr(log, "find_spec", lambda _name: None)
    with pytest.raises(SystemExit, match=r"train: --log trackio needs the package trackio: pip install trackio"):
        run("train", "ae2d-mnist", "--log", "trackio", "--data", tmp_path / "nowhere")


def test_parts_are_the_batch_and_each_process_draws_its_own_numbers():
    class Whole:
        size = 6

        def __call__(self, step, rng):
            return Batch(torch.rand(6, 1, 2, 2, generator=rng), torch.arange(6) + step)

    rngs = [torch.Generator().manual_seed(5) for _ in range(3)]
    parts = [processes.Part(Whole(), processes.Team(rank, 2))(4, rng) for rank, rng in enumerate(rngs[:2])]
    whole = Whole()(4, rngs[2])
    assert [part.y.tolist() for part in parts] == [[4, 6, 8], [5, 7, 9]]
    assert torch.equal(torch.stack([part.x for part in parts], dim=1).flatten(0, 1), whole.x)
    ahead = [torch.rand(3, generator=rng) for rng in rngs]
    assert torch.equal(ahead[0], ahead[2])
    third = torch.Generator().manual_seed(5)
    processes.Part(Whole(), processes.Team(2, 3))(4, third)
    numbers = [*ahead[:2], torch.rand(3, generator=third)]
    assert len({tuple(values.tolist()) for values in numbers}) == 3
    begun_anew = torch.rand(3, generator=torch.Generator().manual_seed(5))  # what the batch itself was drawn from
    assert not any(torch.equal(values, begun_anew) for values in numbers)


def test_two_processes_are_one_with_twice_the_batch_and_one_of_them_writes(data_root, tmp_path):
    out, steps = tmp_path / "two", 40
    launch = [
        sys.executable,
        "-m",
        "accelerate.commands.launch",
        "--multi_gpu",
        "--num_processes",
        "2",
        "--num_machines",
        "1",
        "--main_process_port",
        "0",
    ]
    launch += ["--mixed_precision", "no", "--dynamo_backend", "no", "-m", "genlib"]
    done = subprocess.run(
        [*launch, "train", "ae2d-mnist", "--data", data_root, "--steps", str(steps), "--out", out],
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count(f"{steps} batches") == 1
    recipe = replace(RECIPES["ae2d-mnist"], batch=2 * RECIPES["ae2d-mnist"].batch)
    one = train.Run(recipe.build(), **recipe.options())
    for _ in train.train(one, recipe.batches(data.load("mnist", "train", data_root)), train.Budget(steps=steps)):
        pass
    start = recipe.build().model.state_dict()
    two = load_file(out / train.STATE)
    for name, value in one.objective.model.state_dict().items():
        assert (two[f"objective.model.{name}"] - value).abs().max() < 1e-4
        assert (value - start[name]).abs().max() > 5e-4  # it has learned by more than they may differ
    assert json.loads((out / "config.json").read_text())["training"]["processes"] == 2


def test_many_processes_count_batches(run, monkeypatch):
    monkeypatch.setattr(processes, "join_team", lambda: processes.Team(0, 2))
    with pytest.raises(SystemExit, match="many processes count batches"):
        run("train", "ae2d-mnist", "--minutes", "1")


def test_many_processes_without_accelerate_say_what_they_lack(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setitem(sys.modules, "accelerate", None)
    with pytest.raises(processes.NoAccelerate, match="pip install accelerate"):
        processes.join_team()
    monkeypatch.delenv("WORLD_SIZE")
    assert processes.join_team() == processes.Team()


def test_gradients_are_their_mean_over_the_processes_each_in_its_place():
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    try:
        tensors = [torch.full((2, 3), 4.0), torch.arange(4.0).view(1, 1, 2, 2).contiguous(memory_format=torch.channels_last)]
        processes.Team(0, 2).average(tensors)  # the sum over this one alone, as if there were two
        assert torch.equal(tensors[0], torch.full((2, 3), 2.0))
        assert torch.equal(tensors[1], torch.arange(4.0).view(1, 1, 2, 2) / 2)
        processes.Team().average(tensors)  # alone nothing is done
        assert torch.equal(tensors[0], torch.full((2, 3), 2.0))
    finally:
        torch.distributed.destroy_process_group()
