"""The table of all checkpoints and their figures, as the README and the page show it: made from what `evaluate` wrote."""

from genlib.checkpoint import Info

COMMON = ("fid", "fid_floor", "coverage")
COLUMNS = {  # the figures that tell most of a family; the card has all
    "classifier": ("accuracy",),
    "ae": ("reconstruction_mse", *COMMON),
    "vae": ("neg_elbo_nats", "reconstruction_mse", *COMMON),
    "waegan": ("reconstruction_mse", *COMMON),
    "aegan": ("reconstruction_mse", *COMMON),
    "cvae": ("neg_elbo_nats", "gan_test_acc", "gan_train_acc", *COMMON, "swap_identity_acc"),
    "cvaegan": ("gan_test_acc", "gan_train_acc", *COMMON, "swap_identity_acc"),
    "cgan": ("gan_test_acc", "gan_train_acc", *COMMON),
    "wgan": (*COMMON, "clipped_share"),
    "wgangp": (*COMMON, "clipped_share"),
    "ssgan": ("accuracy", *COMMON),
    "pixelcnn": ("bits_per_dim", "nll_nats", "gan_test_acc", "gan_test_acc_unguided", "gan_train_acc", *COMMON),
    "pixelrnn": ("nll_nats", *COMMON),
    "pixelgan": ("reconstruction_nats", "gan_test_acc", "gan_train_acc", *COMMON),
}
SWAPS = (
    "gan_test_acc", "swap_psnr_db", "copy_psnr_db", "light_mean_psnr_db", "nearest_psnr_db", "swap_identity_acc", "swap_sharpness",
    "inpaint_psnr_db", "mean_fill_psnr_db",
)  # fmt: skip


def chosen(info: Info) -> dict[str, float]:
    """The figures of a checkpoint that the table shows; of a list its last."""
    keys = SWAPS if "swap_psnr_db" in info.figures else COLUMNS.get(info.model, COMMON)
    keys = [k for k in keys if k in info.figures and (k != "bits_per_dim" or info.config.get("levels") != 2)]
    if "bits_per_dim" in keys:
        keys = [k for k in keys if k != "nll_nats"]
    return {k: v[-1] if isinstance(v := info.figures[k], list) else v for k in keys}


def markdown(infos: dict[str, Info], head: tuple[str, str, str] = ("checkpoint", "figures on the test set", "batches")) -> str:
    """The table in Markdown, one checkpoint a row."""
    rows = [f"| {' | '.join(head)} |", "|---|---|---|"]
    for name, info in sorted(infos.items()):
        figures = []
        for key, value in chosen(info).items():
            spread = info.figures.get(f"{key}_spread")
            figures.append(f"`{key}` {value:.4g}" + (f" ± {spread:.2g}" if spread else ""))
        rows.append(f"| `{name}` | {', '.join(figures)} | {info.training.get('steps', 0):,} |")
    return "\n".join(rows)
