"""The market's relationships on one page: sellers amid their accounts, the six markets around the focal one, what buyers tell one another.

Every dot is a buyer, and stands by its supplier: the nearer and the fuller, the stronger their bond. What the marks mean, and which of
Gummesson's thirty relationships each is, stands in the key beside the map (`relationships_key`).
"""

import math
from typing import TYPE_CHECKING

from sim.plots.places import GAUGE, NOBODY, Places, place
from sim.plots.relationships_key import (
    ADVICE,
    ALLIANCE,
    BUILT,
    CORE,
    FULL,
    GRIEVANCE,
    KEY,
    LINK,
    PRAISE,
    TYPES,
    VOUCHED,
    arrow_head,
    draw_key,
    thinned,
)
from sim.plots.style import BODY, INK, QUIET, SMALL, canvas, finish, styled
from sim.wording import amount, capital, counted, in_years, percent, spoken

if TYPE_CHECKING:
    import networkx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 13.6, 7.65
MOST_LINKS = 450
GROUND = 0.17  # how far an alliance's ground reaches beyond the accounts, inches


@styled
def relationships(graph: "networkx.MultiDiGraph") -> "Figure":
    """A market's relationships at the end of a period: `sim.graph.relationship_graph` as a map with its key."""
    figure, axes = canvas(height=HEIGHT, width=WIDTH)
    finish(figure, finding(graph), source(graph), left=0.25, right=KEY + 0.15, bottom=0.3, top=0.12)
    box = axes.get_position()
    places, paint = place(graph, box.width * WIDTH, box.height * HEIGHT), colours_of(graph)
    axes.set(xlim=(0, places.width), ylim=(0, places.height))
    axes.set_axis_off()
    for draw in (alliances, links, markets, partners, influencers):
        draw(axes, graph, places)
    buyers(axes, graph, places, paint)
    recommendations(axes, graph, places)
    sellers(axes, graph, places)
    draw_key(figure, graph, len(places.dots), paint)
    return figure


def colours_of(graph: "networkx.MultiDiGraph") -> dict[str, str]:
    """A colour for each buyer type, in the order in which buyers are numbered."""
    kinds = dict.fromkeys(data["buyer_type"] for _, data in graph.nodes(data=True) if data["kind"] == "buyer")
    return {kind: TYPES[i % len(TYPES)] for i, kind in enumerate(kinds)}


def edges_of(graph: "networkx.MultiDiGraph", relationship: str) -> list[tuple[str, str, dict]]:
    """(from, to, attributes) of every edge of a relationship."""
    return [(one, other, data) for one, other, data in graph.edges(data=True) if data["relationship"] == relationship]


# --- below the dots ------------------------------------------------------------------------------------------------------------------


def alliances(axes: "Axes", graph: "networkx.MultiDiGraph", places: Places) -> None:
    """Sellers of one network on common ground, each network in a tint of its own, named where there is most room along a join."""
    from matplotlib.patches import Circle

    networks: dict[str, dict[str, None]] = {}
    for one, other, data in edges_of(graph, "alliance"):
        networks.setdefault(data["network"], {}).update(dict.fromkeys([one.removeprefix("seller:"), other.removeprefix("seller:")]))
    for number, (network, members) in enumerate(networks.items()):
        tint, spots = ALLIANCE[number % len(ALLIANCE)], [places.sellers[name] for name in members]
        for x, y, radius in spots:
            axes.add_patch(Circle((x, y), radius + GROUND, facecolor=tint, edgecolor="none", zorder=0, clip_on=False))
        joined = shortest_joins(spots)
        for one, other in joined:
            axes.plot(*zip(one[:2], other[:2], strict=True), color=tint, linewidth=30, zorder=0, solid_capstyle="butt")
        level = max(joined, key=lambda ends: abs(ends[0][0] - ends[1][0]) - ends[0][2] - ends[1][2])
        name_between(axes, *level, f"alliance {spoken(network)}", places, graph.graph["focal"])


def shortest_joins(spots: list[tuple[float, float, float]]) -> list[tuple]:
    """The pairs that join all spots with the least length between their grounds (Prim's tree), from the first spot on."""
    found, left = [], spots[1:]
    while left:
        inside = [spot for spot in spots if spot not in left]
        one, other = min(
            ((a, b) for a in inside for b in left), key=lambda pair: math.dist(pair[0][:2], pair[1][:2]) - pair[0][2] - pair[1][2]
        )
        found.append((one, other))
        left.remove(other)
    return found


def name_between(
    axes: "Axes", one: tuple[float, float, float], other: tuple[float, float, float], words: str, places: Places, focal: str
) -> None:
    """Words between the grounds of two sellers, along the line that joins them; away from the focal one, as gauges stand around it."""
    length = math.dist(one[:2], other[:2])
    share = 0.68 if one == places.sellers[focal] else 0.5
    along = (one[2] + share * (length - one[2] - other[2])) / length
    angle = math.degrees(math.atan2(other[1] - one[1], other[0] - one[0]))
    angle = angle if abs(angle) <= 90 else angle - 180
    axes.text(
        one[0] + along * (other[0] - one[0]),
        one[1] + along * (other[1] - one[1]),
        words,
        fontsize=SMALL,
        color="#4F6D84",
        va="center",
        ha="center",
        rotation=angle,
        zorder=0.8,
    )


def links(axes: "Axes", graph: "networkx.MultiDiGraph", places: Places) -> None:
    """Faint lines between buyers who hear one another; of many, MOST_LINKS evenly spread."""
    from matplotlib.collections import LineCollection

    found = sorted(
        {tuple(sorted((one, other))) for one, other, _ in edges_of(graph, "word_of_mouth") if one in places.dots and other in places.dots}
    )
    lines = [(places.dots[one], places.dots[other]) for one, other in found[:: max(1, math.ceil(len(found) / MOST_LINKS))]]
    axes.add_collection(LineCollection(lines, colors=LINK, linewidths=0.6, alpha=0.17, zorder=1))


def markets(axes: "Axes", graph: "networkx.MultiDiGraph", places: Places) -> None:
    """What the focal seller has built in each of the six markets: a gauge each, tied to it by a line as wide as the stock."""
    from matplotlib.patches import Circle, Wedge

    x, y, _ = places.sellers[graph.graph["focal"]]
    data = graph.nodes[f"seller:{graph.graph['focal']}"]
    for name, (to_x, to_y) in places.markets.items():
        stock = data[f"stock_{name}"]
        axes.plot([x, to_x], [y, to_y], color=BUILT, linewidth=1 + 9 * stock, zorder=0.5)
        axes.add_patch(Circle((to_x, to_y), GAUGE, facecolor="white", edgecolor=BUILT, linewidth=0.8, zorder=7))
        axes.add_patch(Wedge((to_x, to_y), GAUGE, 90 - 360 * stock, 90, width=0.42 * GAUGE, facecolor=CORE, zorder=7))
        side = 1 if to_y > y else -1
        axes.annotate(
            f"{name} {stock:.2f}",
            (to_x, to_y + side * (GAUGE + 0.04)),
            ha="center",
            va="bottom" if side > 0 else "top",
            fontsize=SMALL,
            zorder=9,
            path_effects=halo(),
        )


def halo() -> list:
    """White around letters that stand on lines."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=3, foreground="white")]


def partners(axes: "Axes", graph: "networkx.MultiDiGraph", places: Places) -> None:
    """Referral partners, and what each seller has built with them."""
    for one, other, data in edges_of(graph, "goodwill"):
        name = one.removeprefix("seller:")
        start = places.markets["referral"] if name == graph.graph["focal"] and "referral" in places.markets else places.sellers[name][:2]
        axes.plot(*zip(start, places.others[other], strict=True), color=ADVICE, linewidth=1 + 9 * data["weight"], zorder=0.6, alpha=0.55)
    for name, at in places.others.items():
        if graph.nodes[name]["kind"] == "partner":
            box(axes, graph.nodes[name]["label"], at, "round,pad=0.45,rounding_size=0.9", "white", ADVICE)


def influencers(axes: "Axes", graph: "networkx.MultiDiGraph", places: Places) -> None:
    """Those with influence, what the focal seller has built among them, and what they have done."""
    for one, other, data in edges_of(graph, "influence"):
        if one == f"seller:{graph.graph['focal']}":
            axes.plot(
                *zip(places.markets["influence"], places.others[other], strict=True),
                color=BUILT,
                linewidth=1 + 9 * data["weight"],
                zorder=0.6,
            )
    for name, at in places.others.items():
        if graph.nodes[name]["kind"] == "influencer":
            box(axes, graph.nodes[name]["label"], at, "square,pad=0.45", "#F0F0F0", CORE)
    for one, other, data in edges_of(graph, "publicity"):
        x, y, radius = places.sellers[other.removeprefix("seller:")]
        start = places.others[one]
        reach = (radius + 0.03) / math.dist((x, y), start)
        arrow(
            axes,
            start,
            (x + reach * (start[0] - x), y + reach * (start[1] - y)),
            PRAISE if pleasant(data) else GRIEVANCE,
            2.2,
            6.5,
            16,
            0.14,
        )
    for name in {one for one, _, _ in edges_of(graph, "publicity")}:
        axes.annotate(
            deed(graph, name),
            places.others[name],
            (0, -17),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=SMALL,
            color=QUIET,
            zorder=9,
        )


def pleasant(act: dict) -> bool:
    """Whether an act of publicity does the seller good."""
    return act["reputation"] + act["news"] >= 0


def deed(graph: "networkx.MultiDiGraph", name: str) -> str:
    """The last thing that somebody with influence did, in two short lines."""
    last = max((data for one, _, data in edges_of(graph, "publicity") if one == name), key=lambda data: data["period"])
    what = f"reputation {last['reputation']:+.2g}" if last["reputation"] else f"news {last['news']:+.3g}"
    return f"{graph.graph['unit']} {last['period']}:\n{what}".replace("-", "−")


def box(axes: "Axes", label: str, at: tuple[float, float], style: str, fill: str, edge: str) -> None:
    """A name in a box."""
    axes.annotate(
        label,
        at,
        ha="center",
        va="center",
        fontsize=SMALL + 1,
        fontweight="bold",
        zorder=9,
        bbox={"boxstyle": style, "facecolor": fill, "edgecolor": edge, "linewidth": 1.6},
    )


def arrow(axes: "Axes", start, end, colour: str, width: float, zorder: float, gap: float, bend: float = 0.0) -> None:
    """An arrow from one place to another, beginning `gap` points from the first."""
    axes.annotate(
        "",
        end,
        start,
        zorder=zorder,
        arrowprops={
            "arrowstyle": arrow_head(width),
            "color": colour,
            "linewidth": width,
            "shrinkA": gap,
            "shrinkB": 2,
            "connectionstyle": f"arc3,rad={bend}",
        },
    )


# --- the dots and what lies on them --------------------------------------------------------------------------------------------------


def buyers(axes: "Axes", graph: "networkx.MultiDiGraph", places: Places, paint: dict[str, str]) -> None:
    """Buyers: colour by type, full by bond, a dark ring under contract, a cross for a grievance."""
    size, width, nodes = 1.42 * places.pitch, max(0.6, 11 * places.pitch), graph.nodes
    captive = {other for _, other, _ in edges_of(graph, "captive")}
    kinds = {name: paint[nodes[name]["buyer_type"]] for name in places.dots}
    dots(
        axes,
        list(places.dots.values()),
        size,
        [thinned(kinds[name], FULL[nodes[name]["phase"]]) for name in kinds],
        list(kinds.values()),
        width,
        3,
    )
    dots(axes, [at for name, at in places.dots.items() if name in captive], 1.16 * size, "none", INK, 1.1 * width, 4)
    crossed = [at for name, at in places.dots.items() if nodes[name]["grievance"]]
    for colour, thick in (("white", 2.2), (GRIEVANCE, 1.0)) if crossed else ():
        axes.plot(
            *zip(*crossed, strict=True),
            "x",
            color=colour,
            markersize=33 * size,
            markeredgewidth=thick * max(1.0, 13 * places.pitch),
            zorder=5,
        )


def dots(axes: "Axes", at: list, size: float, fill, edge, width: float, zorder: float) -> None:
    """Discs of a size in inches."""
    from matplotlib.collections import EllipseCollection

    if at:
        axes.add_collection(
            EllipseCollection(
                [size] * len(at),
                [size] * len(at),
                [0] * len(at),
                units="xy",
                offsets=at,
                facecolors=fill,
                edgecolors=edge,
                linewidths=width,
                offset_transform=axes.transData,
                zorder=zorder,
                clip_on=False,
            )
        )


def recommendations(axes: "Axes", graph: "networkx.MultiDiGraph", places: Places) -> None:
    """Who recommended the supplier to those who came on a recommendation: another buyer, or a partner."""
    for one, other, _ in edges_of(graph, "vouched"):
        if one in places.dots and other in places.dots:
            arrow(axes, places.dots[one], places.dots[other], VOUCHED, 1.4, 6, 3, 0.18)
    for one, other, _ in edges_of(graph, "referred"):
        if other in places.dots:
            arrow(axes, places.others[one], places.dots[other], ADVICE, 1.2, 2, 14, -0.1)


def sellers(axes: "Axes", graph: "networkx.MultiDiGraph", places: Places) -> None:
    """The sellers in the middle of their accounts, with their names and what they come to; the focal one's above all."""
    from matplotlib.patches import Circle

    for name, (x, y, radius) in places.sellers.items():
        if name == NOBODY:
            axes.text(x, y - radius - 0.1, "no supplier", ha="center", va="top", fontsize=SMALL + 1, color=QUIET)
            continue
        data, focal = graph.nodes[f"seller:{name}"], name == graph.graph["focal"]
        axes.add_patch(Circle((x, y), 1.25 * places.pitch, facecolor=CORE, edgecolor="white", linewidth=1.2, zorder=6))
        below = (x, y - radius - 0.6 * places.pitch - 0.05)
        at, across, size = ((0, places.height), "left", BODY + 2) if focal else (below, "center", SMALL + 2)
        axes.text(*at, capital(data["label"]), ha=across, va="top", fontsize=size, fontweight="bold", zorder=8)
        said = standing(data, places.priced) if focal or not places.brief else []
        axes.annotate(
            ", ".join(said) if focal else "\n".join(said),
            at,
            (0, -1.45 * size),
            textcoords="offset points",
            ha=across,
            va="top",
            fontsize=SMALL,
            color=QUIET,
            zorder=8,
            path_effects=halo(),
        )


def standing(data: dict, priced: bool) -> list[str]:
    """What a seller comes to, in a few words."""
    committed = percent(data["committed"] / data["accounts"]) if data["accounts"] else "none"
    price = f"price {amount(data['price'])}" + (f", accounts {100 * data['premium']:+.0f}%".replace("-", "−") if data["premium"] else "")
    return [counted(data["accounts"], "account"), f"{committed} committed", *([price] if priced else [])]


# --- words ---------------------------------------------------------------------------------------------------------------------------


def finding(graph: "networkx.MultiDiGraph") -> str:
    """The focal seller's relationships in a sentence."""
    about, data = graph.graph, graph.nodes[f"seller:{graph.graph['focal']}"]
    span = f"after {in_years(about['period'], about['unit'])}" if about["period"] else "before the record"
    told, accounts = data["came_by_word_of_mouth"], data["accounts"]
    words = f"Under {spoken(about['strategy'])} {data['label']} serves {accounts:,} of {about['buyers']:,} buyers {span}"
    words += f": {percent(data['committed'] / accounts)} of them are committed" if accounts else ""
    return words + (f", {percent(told / accounts)} came by word of mouth" if told else "")


def source(graph: "networkx.MultiDiGraph") -> str:
    """What the figure rests on."""
    about = graph.graph
    moment = f"{spoken(about['strategy'])}, run {about['run']}, end of {about['unit']} {about['period']}"
    return f"Tenure · scenario {about['scenario']} · {moment} · seed {about['seed']}"
