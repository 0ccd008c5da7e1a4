"""Plays one run of a market and writes what came of it, period by period."""
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from sim.core.jit import source_digest
from sim.exports import columns as means
from sim.exports.calendar import FIRST_DAY, first_day
from sim.exports.choices import Choices
from sim.exports.lots import LotByLot
from sim.exports.readme import readme
from sim.exports.writing import FORMATS, Writer, money
from sim.offers import discount_per_period
from sim.provenance import commit, spoken_command, versions
from sim.purchases import Customers, purchases, sales
from sim.results import put
from sim.scenario.suggest import among
from sim.wording import counted, spoken

FORMS = ("transactions", "rfm", "panel")
RECORD, TRUTH = "export.json", "truth"
MONEY = ("monetary_value", "monetary_value_cal", "monetary_value_holdout", "future_margin", "clv", "clv_net")


class NoExport(Exception):  # noqa: N818 - named for what was looked for
    """Something was asked for that cannot be exported; the message says what, and what can."""


@dataclass(frozen=True)
class Exported:
    """What was written, and where; `record` is what export.json says."""

    folder: Path
    record: dict

    def sentence(self) -> str:
        """How much is in it, and how much of it lives on."""
        of, unit = self.record, self.record["period"]
        span = counted(of["periods"], unit)
        if of["to"] == "panel":
            return f"{counted(of['rows']['choices'], 'choice')} of {counted(of['rows'][TRUTH], 'buyer')} among " \
                   f"{counted(len(of['sellers']), 'seller')} in {span}."
        after = f", and {of['buy_again']:,} do in the {counted(of['continuation'], unit)} after it" if of["continuation"] else ""
        return (f"{counted(of['customers'], 'customer')} of {spoken(of['seller'])} in {span}; {of['alive']:,} of them can still buy from "
                f"it when the record ends{after}.")


@dataclass(frozen=True)
class Asked:
    """What an export is asked for, checked."""

    to: str
    seller: str
    strategy: str
    run: int
    seed: int
    holdout: int
    continuation: int
    start: date
    wide: bool
    formats: tuple[str, ...]


def export(scenario, to: str, folder: str | Path, seller: str | None = None, strategy: str | None = None, run: int = 1,
           seed: int | None = None, holdout: int | None = None, continuation: int | None = None, start: date | str = FIRST_DAY,
           wide: bool = False, formats: Sequence[str] = FORMATS, force: bool = False, progress: Callable[[int, int], None] | None = None,
           command: str | None = None) -> Exported:
    """Write the log of one run of a market to `folder`, with the hidden truth beside it.

    to: 'transactions' (customer_id, date, amount, units: one seller's purchases), 'rfm' (frequency, recency, T and monetary_value as
    lifetimes and PyMC-Marketing define them, with calibration and holdout) or 'panel' (choice occasions × alternatives: long, or wide with
    a row for each choice). seller: whose log; default the focal one. strategy: default the baseline; run: from 1. holdout: the last
    periods of the record that are kept for testing (rfm), default a third. continuation: periods played beyond the record, from which the
    true lifetime values come; default as many as the record has. start: the first day.

    One period is in memory at a time. Same scenario, seed and version: the same files, byte for byte. Raises NoExport for what cannot be,
    ResultsExist and NotResults as `results.write`."""
    asked = checked(scenario, to, seller, strategy, run, seed, holdout, continuation, start, wide, formats)
    written = {}

    def fill(unfinished: Path) -> None:
        written.update(write_panel(scenario, asked, unfinished, progress) if asked.to == "panel" else
                       write_log(scenario, asked, unfinished, progress))
        written.update({"model": source_digest(), "versions": versions(), "commit": commit(), "command": command or spoken_command(),
                        "scenario": scenario.as_dict()})
        (unfinished / RECORD).write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (unfinished / "README.md").write_text(readme(written), encoding="utf-8")

    put(Path(folder), force, RECORD, fill)
    return Exported(Path(folder), written)


def checked(scenario, to, seller, strategy, run, seed, holdout, continuation, start, wide, formats) -> Asked:
    """What is asked for, with its defaults; NoExport names everything that is wrong."""
    wrong, periods = [], scenario.market.periods
    seller, strategy = seller or scenario.focal, strategy or scenario.baseline
    for word, known, what in ((to, FORMS, "a form to export to"), (seller, scenario.sellers, f"a seller of {scenario.name}"),
                              (strategy, scenario.strategies, f"a strategy of {scenario.name}"),
                              *((form, FORMATS, "a format") for form in formats)):
        if word not in known:
            wrong.append(f"{word!r} is not {what}; {among(word, known)}")
    holdout = (periods // 3 if to == "rfm" else 0) if holdout is None else holdout
    continuation = periods if continuation is None else continuation
    if not 0 <= holdout < periods:
        wrong.append(f"a holdout of {holdout:,} leaves nothing of {counted(periods, 'period')} to calibrate on; give 0 to {periods - 1:,}")
    if not 0 <= continuation <= 50_000 - periods:
        wrong.append(f"a continuation of {continuation:,} periods is too much or too little; give 0 to {50_000 - periods:,}")
    if wide and to != "panel":
        wrong.append(f"--wide is a form of panels; {to} have one form only")
    try:
        start = date.fromisoformat(start) if isinstance(start, str) else start
        first_day(start, scenario.market.period, periods)
    except ValueError:
        wrong.append(f"{start!r} is not a day; write it as 2021-01-31")
    except OverflowError:
        wrong.append(f"{counted(periods, scenario.market.period)} from {start} on go past the year 9999; begin earlier")
    if wrong:
        raise NoExport("\n".join(wrong))
    return Asked(to, seller, strategy, run, scenario.seed if seed is None else seed, holdout, continuation, start, wide, tuple(formats))


def about(scenario, asked: Asked) -> dict:
    """What data rest on, as the files themselves say."""
    market = scenario.market
    return {"to": asked.to, "name": scenario.name, "digest": scenario.digest(), "seed": asked.seed, "strategy": asked.strategy,
            "run": asked.run, "seller": asked.seller, "sellers": list(scenario.sellers), "period": market.period, "periods": market.periods,
            "start": asked.start.isoformat(), "currency": market.currency, "buyers": market.buyers}


def write_log(scenario, asked: Asked, folder: Path, progress) -> dict:
    """The transactions or the summaries of one seller's customers, and the truth about them."""
    record, said = scenario.market.periods, about(scenario, asked)
    longer = scenario.replace([f"market.periods={record + asked.continuation}"]) if asked.continuation else scenario
    customers = Customers(longer, asked.seller, record, record - asked.holdout)
    number, unsure = list(scenario.sellers).index(asked.seller), 0
    with ExitStack() as stack:
        writer = stack.enter_context(Writer(folder, asked.to, asked.formats, said))
        for moment in purchases(longer, asked.strategy, asked.run - 1, asked.seed, progress):
            sale = sales(moment, number)
            customers.add(moment, sale)
            if moment.period <= record:
                unsure += moment.unsure + sale.unsure
                if asked.to == "transactions":
                    day = first_day(asked.start, scenario.market.period, moment.period)
                    writer.add(pd.DataFrame({"customer_id": customers.identity(sale.buyer), "date": np.datetime64(day, "s"),
                                             "amount": money(sale.amount), "units": sale.units}))
        if asked.to == "rfm":
            writer.add(rounded(customers.summaries()))
        hidden = stack.enter_context(Writer(folder, TRUTH, asked.formats, said))
        truth = rounded(customers.truth())
        hidden.add(truth)
    return said | {
        "customers": customers.size, "alive": int(truth.alive.sum()), "buy_again": int(truth.buys_again.sum()),
        "continuation": asked.continuation, "holdout": asked.holdout, "discount_per_period": discount_per_period(scenario),
        "rows": {asked.to: writer.rows, TRUTH: hidden.rows}, "unsure": unsure,
        "columns": {asked.to: described(means.TRANSACTIONS if asked.to == "transactions" else means.RFM),
                    TRUTH: described(means.TRUTH)}}


def write_panel(scenario, asked: Asked, folder: Path, progress) -> dict:
    """Every buyer's choices among all sellers, and who the buyers are."""
    said, choices, sellers = about(scenario, asked), Choices(scenario, asked.wide), list(scenario.sellers)
    twin = LotByLot(scenario, asked.strategy, asked.run - 1, asked.seed)
    with ExitStack() as stack:
        writer = stack.enter_context(Writer(folder, "panel", asked.formats, said))
        hidden = stack.enter_context(Writer(folder, TRUTH, asked.formats, said))
        for moment in purchases(scenario, asked.strategy, asked.run - 1, asked.seed, progress):
            day = np.datetime64(first_day(asked.start, scenario.market.period, moment.period), "s")
            rows, fresh = choices.occasions(moment, day, *twin.period())
            writer.add(rows)
            hidden.add(choices.truth(moment, fresh))
    return said | {
        "wide": asked.wide, "rows": {"panel": writer.rows, "choices": choices.choices, TRUTH: hidden.rows}, "unsure": 0,
        "choice_noise": scenario.behaviour.choice_noise,
        "columns": {"panel": described(means.wide(sellers) if asked.wide else means.LONG),
                    TRUTH: described(means.panel_truth(sellers))}}


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """A table with its money as a log has it."""
    return table.assign(**{name: money(table[name]) for name in MONEY if name in table})


def described(known: tuple) -> dict[str, dict[str, str]]:
    """The meaning and unit of each column."""
    return {name: {"unit": unit, "meaning": meaning} for name, unit, meaning in known}
