"""The table of all checkpoints and their figures, as the README and the page show it: made from what `evaluate` wrote."""

from genlib.checkpoint import Info
from genlib.evaluation.figures import FIGURES
from genlib.families import FAMILIES

SWAPS = (
    "gan_test_acc", "swap_psnr_db", "copy_psnr_db", "light_mean_psnr_db", "nearest_psnr_db", "swap_identity_acc", "swap_sharpness",
    "inpaint_psnr_db", "mean_fill_psnr_db",
)  # fmt: skip
USUAL = 10_000  # test pictures measured on, unless it is said


def comparable(info: Info) -> dict:
    """The figures that may stand beside other models': −ELBO is one likelihood's, that of Bernoulli pixels."""
    objective = info.objective or FAMILIES[info.model].objective
    hidden = {"neg_elbo_nats"} if objective.get("nll") == "gaussian_nll" else set()
    return {key: value for key, value in info.figures.items() if key not in hidden}


def select_figures(info: Info) -> dict[str, float]:
    """The figures of a checkpoint that the table shows; of a list its last."""
    keys = SWAPS if "swap_psnr_db" in info.figures else FAMILIES[info.model].figures
    known = comparable(info)
    keys = [k for k in keys if k in known and (k != "bits_per_dim" or info.config.get("levels") != 2)]
    if "bits_per_dim" in keys:
        keys = [k for k in keys if k != "nll_nats"]
    return {k: v[-1] if isinstance(v := known[k], list) else v for k in keys}


def describe(info: Info) -> str:
    """A checkpoint's figures in one line, with their spread, and the n they were measured on where it is not the usual one."""
    figures = []
    for key, value in select_figures(info).items():
        spread = info.figures.get(f"{key}_spread")
        figures.append(f"`{key}` {FIGURES[key].format(value).split(' ')[0]}" + (f" ± {spread:.2g}" if spread else ""))
    n = info.training.get("evaluated", {}).get("n", USUAL)
    return ", ".join(figures) + (f" (n = {n:,})" if info.dataset in ("mnist", "mnistbin", "fashion") and n != USUAL else "")


def markdown(infos: dict[str, Info], head: tuple[str, str, str] = ("checkpoint", "figures on the test set", "batches")) -> str:
    """The table in Markdown, one checkpoint a row."""
    rows = [f"| {' | '.join(head)} |", "|---|---|---|"]
    rows += [f"| `{name}` | {describe(info)} | {info.training.get('steps', 0):,} |" for name, info in sorted(infos.items())]
    return "\n".join(rows)
