"""The marks on the map of relationships, and the key beside it: what each means, and which of Gummesson's thirty relationships it is."""

from typing import TYPE_CHECKING

from sim.plots.style import INK, QUIET, SMALL
from sim.wording import name_of_type

if TYPE_CHECKING:
    import networkx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TYPES = ("#0072B2", "#009E73", "#E69F00", "#56B4E9", "#8C6BB1", "#7A7A7A")  # colours of buyer types
GRIEVANCE, VOUCHED, ADVICE, PRAISE = "#C6362A", "#A0438B", "#3F9BD0", "#009E73"
CORE, BUILT, LINK = "#333333", "#9AA7B1", "#8A8A8A"
ALLIANCE = ("#E3EDF5", "#F4ECDD", "#E7F0E4", "#EFE6F2")  # grounds of alliances
FULL = {"commitment": 1.0, "expansion": 0.42, "exploration": 0.0, "none": 0.0}  # how full a dot is, by phase
KEY, ABOVE, BELOW = 2.95, 0.65, 0.3  # width of the key; room above and below it, inches
LINE, GAP = 0.262, 0.12  # from one line to the next; before a heading
TIES = {  # relationship -> (colour, width, whether it is an arrow, words)
    "word_of_mouth": (LINK, 0.8, False, "hear one another, R18"), "vouched": (VOUCHED, 1.4, True, "recommended the seller, R11"),
    "referred": (ADVICE, 1.2, True, "on a partner's advice, R4"), "goodwill": (ADVICE, 4, False, "a partner's goodwill, R4"),
    "publicity": (GRIEVANCE, 2.2, True, "publicity, R19 (press R23)"), "alliance": (ALLIANCE[0], 12, False, "alliance, R20"),
}  # fmt: skip


def thinned(colour: str, full: float) -> tuple[float, ...]:
    """A colour thinned with white."""
    from matplotlib.colors import to_rgb

    return tuple(1 - full * (1 - part) for part in to_rgb(colour))


def draw_key(figure: "Figure", graph: "networkx.MultiDiGraph", dots: int, paint: dict[str, str]) -> None:
    """The key, on axes of its own: only what is on the map."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes((1 - KEY / width, BELOW / height, KEY / width, 1 - (ABOVE + BELOW) / height))
    axes.set(xlim=(0, KEY), ylim=(0, height - ABOVE - BELOW))
    axes.set_axis_off()
    key, present = Key(axes, height - ABOVE - BELOW - 0.15), {data["relationship"] for _, _, data in graph.edges(data=True)}
    buyers_key(key, graph, dots, paint, present)
    if present & set(TIES):
        key.heading("Ties")
    for name, (colour, thick, pointed, words) in TIES.items():
        if name in present:
            key.line(colour, thick, pointed, words)
    if present & {"supply", "internal_marketing", "recruitment", "influence"}:
        key.heading("Six markets: stock 0 to 1")
        key.gauge("wider: more has been built")
        key.words("supplier R1 · internal R27\ninfluence R19 · referral R4")
    key.words("R: number among Gummesson's\n30 relationships (30R)", QUIET)


def buyers_key(key: "Key", graph: "networkx.MultiDiGraph", dots: int, paint: dict[str, str], present: set[str]) -> None:
    """What the dots say."""
    shown = f"{dots:,} of {graph.graph['buyers']:,}" if dots < graph.graph["buyers"] else f"all {dots:,}"
    key.heading(f"Buyers: {shown}")
    for kind, colour in paint.items():
        key.dot(colour, colour, name_of_type(kind))
    key.heading("Nearer, fuller: bond (R1)")
    for phase, words in (
        ("commitment", "committed: 0.5 and more"),
        ("expansion", "expanding: 0.2 and more"),
        ("exploration", "exploring: less"),
    ):
        key.dot(thinned(CORE, FULL[phase]), CORE, words)
    if "captive" in present:
        key.dot("white", QUIET, "under contract: captive, R10", ring=True)
    if "grievance" in present:
        key.cross("dissatisfied: a grievance, R9")


def arrow_head(width: float) -> str:
    """The head of an arrow that goes with its width."""
    return f"-|>,head_width={0.12 + 0.09 * width:.2f},head_length={0.2 + 0.16 * width:.2f}"


class Key:
    """Lines of a key, from the top down."""

    def __init__(self, axes: "Axes", top: float):
        self.axes, self.y = axes, top

    def heading(self, words: str) -> None:
        """A line in bold."""
        self.y -= GAP
        self.axes.text(0, self.y, words, fontsize=SMALL + 0.5, fontweight="bold", va="center")
        self.y -= LINE

    def say(self, words: str, colour: str = INK) -> None:
        """What the mark just drawn means."""
        self.axes.text(0.42, self.y, words, fontsize=SMALL, va="center", color=colour)
        self.y -= LINE

    def dot(self, fill, edge, words: str, ring: bool = False) -> None:
        """A buyer."""
        self.axes.plot(0.17, self.y, "o", markersize=10, markerfacecolor=fill, markeredgecolor=edge, markeredgewidth=1.4)
        if ring:
            self.axes.plot(0.17, self.y, "o", markersize=12.5, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=1.6)
        self.say(words)

    def cross(self, words: str) -> None:
        """A grievance."""
        self.axes.plot(0.17, self.y, "o", markersize=10, markerfacecolor="white", markeredgecolor=QUIET, markeredgewidth=1.4)
        self.axes.plot(0.17, self.y, "x", markersize=6, color=GRIEVANCE, markeredgewidth=1.8)
        self.say(words)

    def line(self, colour: str, width: float, pointed: bool, words: str) -> None:
        """A tie."""
        if pointed:
            self.axes.annotate(
                "",
                (0.36, self.y),
                (0, self.y),
                arrowprops={"arrowstyle": arrow_head(width), "color": colour, "linewidth": width, "shrinkA": 0, "shrinkB": 0},
            )
        else:
            self.axes.plot([0.02, 0.32], [self.y, self.y], color=colour, linewidth=width, solid_capstyle="butt")
        self.say(words)

    def gauge(self, words: str) -> None:
        """A stock, two thirds full."""
        from matplotlib.patches import Circle, Wedge

        self.axes.add_patch(Circle((0.17, self.y), 0.11, facecolor="white", edgecolor=BUILT, linewidth=0.8))
        self.axes.add_patch(Wedge((0.17, self.y), 0.11, -150, 90, width=0.046, facecolor=CORE))
        self.say(words)

    def words(self, words: str, colour: str = INK) -> None:
        """Words alone, of one line or more."""
        self.y -= GAP / 2
        self.axes.text(0, self.y + 0.1, words, fontsize=SMALL, va="top", color=colour, linespacing=1.35)
        self.y -= LINE * (words.count("\n") + 1) * 0.95
