"""The README beside exported data: what the files are, what their columns mean, how to read them into other tools."""
from sim.wording import counted, spoken

READ = {
    "transactions": """```python
import pandas as pd
log = pd.read_parquet("transactions.parquet")
# PyMC-Marketing: rfm_summary(log, "customer_id", "date", "amount", time_unit="{unit}"); lifetimes: summary_data_from_transaction_data
```""",
    "rfm": """```python
import pandas as pd
rfm = pd.read_parquet("rfm.parquet")             # PyMC-Marketing: clv.BetaGeoModel(data=rfm[["customer_id", "frequency", "recency", "T"]])
known = rfm.dropna(subset="frequency_cal")       # lifetimes: BetaGeoFitter().fit(known.frequency_cal, known.recency_cal, known.T_cal)
```""",
    "panel": """```python
import pandas as pd
from xlogit import MixedLogit                    # rows of a choice together, alternatives in one order
panel = pd.read_parquet("panel.parquet")
MixedLogit().fit(X=panel[["price", "last"]], y=panel["choice"], varnames=["price", "last"], ids=panel["choice_id"],
                 panels=panel["customer_id"], alts=panel["alternative"].astype(str), avail=panel["available"], randvars={{"price": "n"}})
```""",
    "wide": """```python
import pandas as pd
import biogeme.database as db                    # a row a choice; a panel by customer_id
database = db.Database("tenure", pd.read_csv("panel.csv").drop(columns="date"))
database.panel("customer_id")
```""",
}


def readme(record: dict) -> str:
    """Markdown."""
    what = "wide" if record.get("wide") else record["to"]
    lines = [f"# {record['name']}: {record['to']}", "", *story(record), "", READ[what].format(unit=record["period"][0].upper()), ""]
    for table, columns in record["columns"].items():
        lines += [f"## {table}: {record['rows'][table]:,} rows", "", "| column | unit | meaning |", "|---|---|---|"]
        lines += [f"| `{name}` | {said['unit']} | {said['meaning']} |" for name, said in columns.items()] + [""]
    lines += ["What the data rest on is in export.json: scenario, seed, versions, command. The same command writes the same files.", ""]
    return "\n".join(lines)


def story(record: dict) -> list[str]:
    """How the data came about."""
    unit = record["period"]
    seller = "" if record["to"] == "panel" else f"One seller's log: {spoken(record['seller'])}. "
    lines = [
        f"Simulated by Tenure: {counted(record['buyers'], 'buyer')} over {counted(record['periods'], unit)} from {record['start']}, "
        f"strategy {spoken(record['strategy'])}, run {record['run']}, seed {record['seed']}, scenario digest {record['digest'][:12]}. "
        f"{seller}Money in {record['currency']}. `truth` holds what no such data show; leave it out when you estimate."]
    if record["to"] != "panel":
        lines.append(
            f"The truth about the future comes from {counted(record['continuation'], unit)} played beyond the record; lifetime values are "
            f"discounted at {100 * record['discount_per_period']:.4g}% a {unit}, and realised, not expected: what one buyer went on to do, "
            "so compare means over many. A customer who bought before the record looks new at its first purchase on it (held_before).")
    if record["to"] == "rfm" and record["holdout"]:
        known = counted(record["periods"] - record["holdout"], unit)
        lines.append(f"Calibration: the first {known}; holdout: the last {record['holdout']:,}.")
    if record["unsure"]:
        lines.append(f"Of {counted(record['unsure'], 'purchase')} the engine does not keep from whom or at which discount exactly; they "
                     "are split as is likely.")
    return lines
