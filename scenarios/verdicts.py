"""What comes out of every shipped scenario: its comparison in 40 paired runs with its own seed, as the table of scenarios/README.md.

`python scenarios/verdicts.py` prints the table; `--write` puts it between its markers in the README. The order of the rows and the column
"whom it teaches what" are written there by hand and kept; a scenario without a row gets one at the end.
"""
import re
import sys
from pathlib import Path

from sim import compare
from sim.experiments.verdict import amount, spoken
from sim.scenario import load, shipped

README = Path(__file__).resolve().parent / "README.md"
HEAD = "| scenario | whom it teaches what | what comes out | command |\n|---|---|---|---|"
BETWEEN = re.compile(r"(<!-- verdicts -->\n).*?(<!-- /verdicts -->)", re.DOTALL)
ROW = re.compile(r"^\| `(\w+)` \| (.*?) \|", re.MULTILINE)


def comes_out(comparison) -> str:
    """Each strategy's gain over the baseline, money per buyer of the market, with its interval; undecided where that spans nought."""
    currency = f" {comparison.scenario.market.currency}"
    gains = []
    for row in comparison.gain.itertuples():
        gain = "undecided" if row.verdict == "undecided" else shown(row.gain) + currency
        ends = f"{shown(row.low)} to {shown(row.high)}" + (currency if gain == "undecided" else "")
        gains.append(f"{spoken(row.strategy)} {gain} ({ends})")
        currency = ""                                  # said once
    return f"over {spoken(comparison.baseline)}: {', '.join(gains)}"


def shown(value: float) -> str:
    """An amount as everywhere, but a few cents to a tenth of a cent: coffee is sold by the pack."""
    return amount(value) if abs(value) >= 0.2 else f"{value:.3f}".replace("-", "−")


def table(readme: str) -> str:
    """One row for each shipped scenario, in the order of the README."""
    taught = {name: text for name, text in ROW.findall(readme) if name in shipped()}
    taught |= {name: load(name).teaches for name in shipped() if name not in taught}
    return "\n".join([HEAD, *(row(name, text) for name, text in taught.items())])


def row(name: str, text: str) -> str:
    print(name, file=sys.stderr)
    return f"| `{name}` | {text} | {comes_out(compare(load(name)))} | `tenure compare {name}` |"


if __name__ == "__main__":
    written = README.read_text(encoding="utf-8")
    verdicts = table(written)
    print(verdicts)
    if "--write" in sys.argv[1:]:
        README.write_text(BETWEEN.sub(lambda found: f"{found[1]}{verdicts}\n{found[2]}", written), encoding="utf-8")
