"""The picture: the roofline, and how time grows with buyers, sellers and periods."""
from pathlib import Path

import numpy as np

MARKS = {"kernel": ("o", "#1f77b4"), "plain": ("s", "#2ca02c"), "limit": ("^", "#d62728"), "plain Mesa": ("x", "#7f7f7f")}
WORDS = {"kernel": "the kernel", "plain": "C, the kernel's loops", "limit": "C, the limit", "plain Mesa": "plain Mesa"}


def draw(report: dict, file: Path) -> None:
    """Write the picture; what it is drawn from is the report of `python -m benchmarks`."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, ((roof, buyers), (sellers, periods)) = plt.subplots(2, 2, figsize=(12, 9), layout="constrained")
    roofline(roof, report["roof"])
    over_buyers(buyers, report["sizes"]["rows"])
    over_sellers(sellers, report["sizes"]["rows"])
    over_periods(periods, report["growth"])
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=130)
    plt.close(figure)


def roofline(axes, roof: dict) -> None:
    """Operations a nanosecond against operations a byte."""
    top, x = roof["roofs"], np.geomspace(0.02, 100, 200)
    for name, style in (("memory", "-"), ("cache", "--")):
        axes.plot(x, np.minimum(x * top[f"{name}_bytes"], top["vector_operations"]), f"k{style}", lw=1.2,
                  label=f"{'memory' if name == 'memory' else 'second cache'}, {top[f'{name}_bytes']:.0f} bytes/ns")
    axes.axhline(top["single_operations"], color="k", lw=0.8, ls=":", label="one operation after another")
    for name, (mark, colour) in MARKS.items():
        for i, place in enumerate(one for one in roof["places"] if name in one):
            axes.plot(place["a_byte"], place[name], mark, color=colour, alpha=0.45 + 0.55 / (1 + i), label=WORDS[name] if i == 0 else None)
    axes.set(xscale="log", yscale="log", xlabel="operations the rules ask for, per byte of state read and written",
             ylabel="operations a nanosecond, one thread", title="Roofline")
    axes.legend(fontsize=7, loc="lower right")


def over_buyers(axes, rows: list[dict]) -> None:
    """Nanoseconds against buyers, with and without word of mouth."""
    for network in dict.fromkeys(row["network"] for row in rows):
        mine = sorted((row["buyers"], row["ns"]) for row in rows if row["network"] == network and row["sellers"] == 5)
        axes.plot(*zip(*mine, strict=True), "o-", label="nobody is heard" if network == "none" else network.replace("_", " "))
    axes.set(xscale="log", xlabel="buyers", ylabel="ns per buyer and period, one thread", title="Buyers, five sellers")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=8)


def over_sellers(axes, rows: list[dict]) -> None:
    """Nanoseconds against sellers."""
    for buyers in dict.fromkeys(row["buyers"] for row in rows):
        mine = sorted((row["sellers"], row["ns"]) for row in rows if row["buyers"] == buyers and row["network"] == "none")
        if len(mine) > 1:
            axes.plot(*zip(*mine, strict=True), "o-", label=f"{buyers:,} buyers")
    axes.set(xlabel="sellers", ylabel="ns per buyer and period, one thread", title="Sellers")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=8)


def over_periods(axes, growth: dict) -> None:
    """Seconds of whole runs against periods."""
    long = growth["over_periods"]
    axes.plot([row["periods"] for row in long], [row["seconds"] for row in long], "o-")
    axes.set(xlabel="periods", ylabel="seconds of a whole run, one thread", title=f"Periods, {growth['buyers']:,} buyers")
    axes.set_ylim(bottom=0)
