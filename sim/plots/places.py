"""Where things stand on the map of relationships: geometry alone, in inches from the lower left corner of the map."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import networkx

GOLDEN = math.pi * (3 - math.sqrt(5))  # the angle between one dot and the next: Vogel's sunflower, evenly dense everywhere
CORE = 4.5  # room in the middle of a sunflower for the seller, in dots
MOST_DOTS, PITCH = 360, 0.16  # dots on a map; the largest distance scale between them, inches
GAUGE, AWAY, LEAST_RING = 0.2, 0.5, 1.3  # radius of a gauge of the six markets; how far they stand from the accounts, and from the middle
LANE, ASIDE, EDGE = 1.6, 0.7, 0.2  # width of the lane for partners and influencers, and without any; room between sellers
HEADING, HEADING_WIDTH, BELOW = 0.75, 2.9, 0.3  # what stands above the focal seller; height of words below the lowest gauge
FEW = 0.04  # buyers without supplier, as a share, that are not worth a place
MANY = 9  # rivals beyond which they have their names alone
NAMED, SAID, PRICED = (0.28, 0.85), (0.76, 1.4), (0.94, 1.6)  # height and width of a name; with accounts; with prices too
ANGLES = {"customer": 90, "internal": 150, "recruitment": 210, "supplier": 270, "influence": -30, "referral": 30}
NOBODY = "none"


@dataclass
class Places:
    """Places on a map of width × height inches; `pitch` is the distance scale of dots; `brief`: rivals have their names alone; `priced`:
    prices differ, and are said."""

    width: float
    height: float
    brief: bool
    priced: bool
    pitch: float = PITCH
    sellers: dict[str, tuple[float, float, float]] = field(default_factory=dict)  # name -> x, y, radius of its accounts
    dots: dict[str, tuple[float, float]] = field(default_factory=dict)  # buyer node -> x, y
    markets: dict[str, tuple[float, float]] = field(default_factory=dict)  # six markets of the focal seller
    others: dict[str, tuple[float, float]] = field(default_factory=dict)  # partner and influencer nodes


def place(graph: "networkx.MultiDiGraph", width: float, height: float) -> Places:
    """Everything in its place: the focal seller on the left with its six markets around it, rivals on the right, partners and influencers
    in a lane between them; dots as large as that allows."""
    groups, focal = buyers_by_supplier(graph), graph.graph["focal"]
    lane = [name for name, data in graph.nodes(data=True) if data["kind"] in ("partner", "influencer")]
    markets = [name for name in ANGLES if graph.nodes[f"seller:{focal}"][f"stock_{name}"] > 0]
    rivals = allies_first(graph, [name for name in groups if name != focal])
    prices = {data["price"] for _, data in graph.nodes(data=True) if data["kind"] == "seller"}
    places, aisle = Places(width, height, len(rivals) > MANY, len(prices) > 1), LANE if lane else ASIDE if markets else EDGE
    caption = NAMED if places.brief else PRICED if places.priced else SAID
    sizes = {name: math.sqrt(len(buyers) + CORE) for name, buyers in groups.items()}
    layouts = [
        Layout(width, height, aisle, bool(markets), caption, sizes[focal], [[sizes[name] for name in row] for row in rows])
        for rows in splits(rivals)
    ]
    best = max(layouts, key=lambda one: one.pitch)
    places.pitch = best.pitch
    mine, rows = best.focal_width(best.pitch), splits(rivals)[layouts.index(best)]
    spare = width - aisle - mine - best.rivals_width(best.pitch)
    left = mine + spare / 3 if rivals else width
    settle(places, focal, groups[focal], left / 2, (height - HEADING) / 2 + (BELOW / 2 if markets else 0))
    for row, (low, high) in zip(rows, best.bands(), strict=True):
        for name, x in zip(row, best.columns(row, sizes, left + aisle), strict=True):
            settle(places, name, groups[name], x, (low + high + caption[0]) / 2)
    x, y, radius = places.sellers[focal]
    ring = max(radius + AWAY, LEAST_RING)
    places.markets = {
        name: (x + ring * math.cos(math.radians(ANGLES[name])), y + ring * math.sin(math.radians(ANGLES[name]))) for name in markets
    }
    places.others = {name: (left + aisle / 2, height * (1 - (number + 0.6) / (len(lane) + 0.2))) for number, name in enumerate(lane)}
    return places


def buyers_by_supplier(graph: "networkx.MultiDiGraph") -> dict[str, list[str]]:
    """The buyers on the map by supplier, the strongest bond first: of more than MOST_DOTS so many, evenly spread. Who has no supplier
    stands apart, and where these are FEW nowhere."""
    buyers = [(name, data) for name, data in graph.nodes(data=True) if data["kind"] == "buyer"]
    shown = [buyers[i] for i in np.unique(np.linspace(0, len(buyers) - 1, min(len(buyers), MOST_DOTS)).astype(int))]
    groups = {name.removeprefix("seller:"): [] for name, data in graph.nodes(data=True) if data["kind"] == "seller"} | {NOBODY: []}
    for name, data in sorted(shown, key=lambda one: (-one[1]["bond"], one[1]["number"])):
        groups[data["supplier"]].append(name)
    if len(groups[NOBODY]) <= FEW * len(shown):
        del groups[NOBODY]
    return groups


def allies_first(graph: "networkx.MultiDiGraph", names: list[str]) -> list[str]:
    """Sellers in an order in which those of one network stand together, the focal seller's allies nearest to it."""
    networks = {name: graph.nodes[f"seller:{name}"]["network"] if name != NOBODY else "" for name in names}
    mine = graph.nodes[f"seller:{graph.graph['focal']}"]["network"]
    return sorted(names, key=lambda name: (name == NOBODY, not (mine and networks[name] == mine), not networks[name], networks[name]))


def splits(names: list[str]) -> list[list[list[str]]]:
    """The names in one row, in two, in three …, each row as long as the next."""
    return [[row.tolist() for row in np.array_split(np.array(names, object), rows)] for rows in range(1, max(len(names), 1) + 1)]


@dataclass
class Layout:
    """One way to divide the map: the focal seller, the lane, and rivals row by row; sizes are radii in dots."""

    width: float
    height: float
    aisle: float
    ringed: bool
    caption: tuple[float, float]
    focal: float
    rows: list[list[float]]

    def __post_init__(self):
        self.pitch = self._largest()

    def _largest(self) -> float:
        """The largest pitch at which everything fits, by halving."""
        low, high = 0.0, PITCH
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if self.fits(middle) else (low, middle)
        return low

    def fits(self, pitch: float) -> bool:
        """Whether there is room."""
        across = self.focal_width(pitch) + self.aisle + self.rivals_width(pitch)
        down = max(self.focal_height(pitch) + HEADING + BELOW * self.ringed, sum(self.heights(pitch)))
        return across <= self.width and down <= self.height

    def focal_width(self, pitch: float) -> float:
        """What the focal seller takes, its six markets included."""
        return max(self.focal_height(pitch), HEADING_WIDTH)

    def focal_height(self, pitch: float) -> float:
        """The same, from the lowest gauge to the highest."""
        bare = 2 * self.focal * pitch
        return max(bare + 2 * AWAY, 2 * LEAST_RING) + 2 * GAUGE + 2 * EDGE if self.ringed else bare + 2 * EDGE

    def widths(self, row: list[float], pitch: float) -> list[float]:
        """What the rivals of a row take."""
        return [max(2 * size * pitch, self.caption[1]) + EDGE for size in row]

    def rivals_width(self, pitch: float) -> float:
        """The longest row."""
        return max((sum(self.widths(row, pitch)) for row in self.rows), default=0.0)

    def heights(self, pitch: float) -> list[float]:
        """What the rows take."""
        return [2 * max(row) * pitch + self.caption[0] + EDGE / 2 for row in self.rows if row]

    def bands(self) -> list[tuple[float, float]]:
        """(low, high) of each row, spare height shared out evenly."""
        found, top, heights = [], self.height, self.heights(self.pitch)
        spare = (self.height - sum(heights)) / max(len(heights), 1)
        for high in heights:
            found.append((top - high - spare, top))
            top -= high + spare
        return found

    def columns(self, row: list[str], sizes: dict[str, float], left: float) -> list[float]:
        """Where the rivals of a row stand, spare width shared out evenly."""
        widths = self.widths([sizes[name] for name in row], self.pitch)
        spare = (self.width - left - sum(widths)) / len(row)
        ends = np.cumsum([wide + spare for wide in widths])
        return [float(left + end - (wide + spare) / 2) for end, wide in zip(ends, widths, strict=True)]


def settle(places: Places, name: str, buyers: list[str], x: float, y: float) -> None:
    """A seller amid its accounts, which wind outward from the strongest bond to the weakest."""
    for k, buyer in enumerate(buyers):
        radius, angle = places.pitch * math.sqrt(k + CORE), k * GOLDEN
        places.dots[buyer] = (x + radius * math.cos(angle), y + radius * math.sin(angle))
    places.sellers[name] = (x, y, places.pitch * math.sqrt(len(buyers) + CORE))
