"""How good, how soon: FID against minutes of training, of all models that draw one data set."""

import html

from demo import captions, plotted
from genlib import drawing
from genlib.table import comparable


def is_positive(value) -> bool:
    """Whether it can stand on a log axis; a config may be a stranger's."""
    return isinstance(value, (int, float)) and 0 < value < float("inf")


def moments(film: dict, minutes: float) -> list[tuple[float, float]]:
    """(minutes, FID) of a film's moments before the end."""
    kept = [film.get(key) for key in ("minutes", "fid")]
    pairs = zip(*kept, strict=False) if all(isinstance(values, list) for values in kept) else []
    return [(m, f) for m, f in pairs if is_positive(m) and is_positive(f) and m < minutes]


def courses(registry, t, names: list[str]) -> tuple:
    """(title, minutes, FIDs) of each model whose FID and minutes are known: the moments of its film, then the model itself."""
    known = []
    for name in names:
        info = registry.info(name)
        fid, minutes = comparable(info).get("fid"), info.training.get("minutes")
        if is_positive(fid) and is_positive(minutes):
            known.append((captions.model_title(t, registry, name), *zip(*moments(info.film, minutes), (minutes, fid), strict=True)))
    return tuple(known)


def chart(registry, t, names: list[str], chosen: str) -> str:
    """The chart, the model `chosen` coloured and told in words; nothing where fewer than two are known."""
    # What was made to fail is soon at its end, and would be named as one of the best.
    known = courses(registry, t, [name for name in names if name == chosen or captions.COLLAPSED not in name])
    if len(known) < 2:
        return ""
    title = captions.model_title(t, registry, chosen)
    told = [t("pace.told", model=title, f=captions.three_digits(fid[-1]), m=f"{minutes[-1]:.3g}") for name, minutes, fid in known if name == title]
    try:
        svg = plotted.translate(plotted.pace_panel(known, title), {"minutes of training": t("pace.minutes")})
    except drawing.NoMatplotlib:  # the curves above say it
        return ""
    svg = plotted.add_label(svg, " ".join([t("pace.head"), *told]))
    words = " ".join([*told, t("pace.note")])
    return f'<div class="story"><h3>{t("pace.head")}</h3><div class="curves"><figure>{svg}<figcaption class="note">{html.escape(words)}</figcaption></figure></div></div>'
