"""What the page shows on request: one buyer's two lives, Kotler's table, the break-even map, and every parameter in words."""

from collections.abc import AsyncIterator

from sim.experiments.kotler import NoTable, kotler
from sim.experiments.kotler.question import CUSTOMERS, MARGINS
from sim.experiments.mapping import NoMap, break_even_map
from sim.experiments.ranges import NoRange
from sim.rebuild import plain_form, rebuilt, resized
from sim.scenario import Scenario
from sim.trace import telling_buyer, trace
from sim.web.asked import Asked
from sim.web.breaking_even import figure
from sim.web.desk import Desk
from sim.web.shown import packed
from sim.web.state import Refused
from sim.wording import amount, between, name_of_type, percent, spoken

BUYERS = 1_000  # of a market that a table or a map is made of, at most
TABLE_RUNS, MAP_RUNS = 12, 8
MAP_POINTS = 120
AXES = (  # what a map may be made of: path, and what it is called
    ("sellers.{ours}.unit_cost", "our unit cost"),
    ("product.complexity", "complexity of the product"),
    ("product.purchase_cycle", "time between purchases"),
    ("product.problem_rate", "rate of problems"),
    ("market.discount_rate", "discount rate"),
    ("market.turnover", "turnover of buyers"),
)


def lives(asked: Asked, buyer: int | None) -> dict:
    """One buyer's lives under the baseline and the first other strategy. Raises Refused."""
    scenario = asked.scenario
    if len(asked.strategies) < 2:
        raise Refused("two lives take two strategies; this market has one")
    pair = asked.strategies[0], asked.strategies[1]
    try:
        found = trace(scenario, buyer or telling_buyer(scenario, pair, threads=1), pair, threads=1)
    except ValueError as error:
        raise Refused(str(error)) from None
    from sim.screens.life import about

    return {
        "buyer": found.buyer,
        "buyers": scenario.market.buyers,
        "buyer_type": name_of_type(found.buyer_type),
        "about": about(found),
        "sentence": found.sentence(),
        "period": scenario.market.period,
        "strategies": [spoken(name) for name in found.strategies],
        "events": [
            {"period": row["period"], "sides": [row[name] for name in found.strategies], "parted": row["period"] == found.parting,
             "same": row[found.strategies[0]] == row[found.strategies[1]]}
            for row in found.events.to_dict("records")
        ],
    }  # fmt: skip


def smaller(scenario: Scenario) -> Scenario:
    """The market with no more buyers than a table or a map on the page is made of."""
    if scenario.market.buyers <= BUYERS or scenario.word_of_mouth.file is not None:
        return scenario
    return rebuilt(resized(plain_form(scenario), BUYERS), scenario.slug)


async def table(desk: Desk, asked: Asked) -> AsyncIterator[bytes]:
    """Kotler's table of a market, as lines."""
    async for text in played(desk, lambda tell: kotler_said(asked, tell)):
        yield text


async def map_of(desk: Desk, asked: Asked, x: str, y: str) -> AsyncIterator[bytes]:
    """The break-even map of a market, as lines."""
    async for text in played(desk, lambda tell: map_said(asked, x, y, tell)):
        yield text


async def played(desk: Desk, function) -> AsyncIterator[bytes]:
    """How far it is, and at last what it says."""
    async for told in desk.aside(function):
        if isinstance(told, tuple):
            yield packed({"stage": "playing", "done": told[0], "total": told[1]})
        else:
            yield packed(told)


def kotler_said(asked: Asked, tell) -> dict:
    """Kotler's table, cell by cell. Raises Refused."""
    market = smaller(asked.scenario)
    try:
        found = kotler(market, runs=min(TABLE_RUNS, market.runs), threads=1, progress=tell)
    except (NoTable, NoRange) as error:
        raise Refused(str(error)) from None
    currency = market.market.currency
    return {
        "stage": "final",
        "sentence": found.sentence(),
        "notes": [f"{found.runs} paired runs of each cell; the levels make way for the strategies, everything else is this market's."],
        "margins": [f"{name} margin, {percent(found.margins[name])} of the price" for name in MARGINS],
        "customers": [f"{name}: {found.reading.buyers[name]:,} customers" for name in CUSTOMERS],
        "cells": [
            {"margin": list(MARGINS).index(row.margin), "customers": list(CUSTOMERS).index(row.customers), "level": row.level,
             "his": row.book, "sure": row.verdict != "undecided", "same": row.off == 0, "off": row.off,
             "text": f"{percent(row.certainty)} sure; {amount(row.lead)} {currency} a customer more than {row.next} "
                     f"({between(row.lead_low, row.lead_high)})"}
            for row in found.cells.itertuples()
        ],
    }  # fmt: skip


def axes_of(scenario: Scenario) -> list[dict]:
    """What a map of this market may be made of."""
    group = next(name for name, members in scenario.groups.items() if scenario.focal in members)
    return [{"value": path.format(ours=group), "label": label} for path, label in AXES]


def map_said(asked: Asked, x: str, y: str, tell) -> dict:
    """The map with the scenario's own place. Raises Refused."""
    market = smaller(asked.scenario)
    try:
        found = break_even_map(
            market, x or None, y or None, asked.strategies, runs=min(MAP_RUNS, market.runs), points=MAP_POINTS, threads=1, progress=tell
        )
    except NoRange as error:
        raise Refused(list(error.complaints)) from None
    except NoMap as error:
        raise Refused(str(error)) from None
    return {
        "stage": "final",
        "sentence": found.sentence(),
        "figure": figure(found),
        "axes": axes_of(asked.scenario),
        "x": found.axes[0].path,
        "y": found.axes[1].path,
    }


def parameters(asked: Asked) -> list[dict]:
    """Every value of the market in words, those of what is off included."""
    from sim.scenario.words import explain

    before = {row.path: row.value for row in explain(asked.unchanged)}
    return [row._asdict() | {"changed": before.get(row.path) != row.value} for row in explain(asked.scenario)]


def limits(asked: Asked) -> dict:
    """What the model leaves out that touches this market, and which of its numbers are assumptions."""
    from sim.report.assumed import assumed
    from sim.report.limits import touched

    found = assumed(asked.scenario, asked.strategies)
    return {
        "limits": [one._asdict() for one in touched(asked.scenario, asked.strategies).touching],
        "sentence": found.sentence(),
        "deciding": [row._asdict() for row in found.deciding],
    }
