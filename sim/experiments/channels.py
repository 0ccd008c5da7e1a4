"""Through which channels a seller wins accounts, and what those that came recommended are worth beside others like them."""

import numpy as np
import pandas as pd

from sim import measures
from sim.core.terms import CHANNELS
from sim.intervals import interval
from sim.lifetime import matched_worth
from sim.tables import channel_table

BY = ("strategy", "run")
COLUMNS = ("strategy", "channel", "accounts", "share", "share_low", "share_high", "gap", "gap_low", "gap_high", "ratio")


def by_channel(runs, periods: pd.DataFrame, seller: str) -> pd.DataFrame:
    """One row for each strategy and channel: strategy, channel, accounts (won in a run, mean), share of the accounts won with share_low and
    share_high, gap with gap_low and gap_high, and ratio.

    gap: by how much an account won through the channel is worth more than others like it (`lifetime.matched_worth`: of the same buyer type,
    won in the same period through any other channel), money of the period it was won in, mean over runs; ratio: its worth over theirs, of
    all runs together. Limits are Student's over runs; nan where nobody came or nothing matches. Empty where no account came by any other
    channel than own search."""
    ours = periods[(periods.seller == seller) & (periods.period > 0)]
    won = measures.acquisitions_by_channel(ours, BY)
    if not won[list(CHANNELS[1:])].to_numpy().any():
        return pd.DataFrame(columns=COLUMNS)
    shares, channels = measures.share_by_channel(ours, BY), channel_table(runs)
    channels = channels[channels.seller == seller]
    rows = []
    for channel in CHANNELS:
        gaps = matched_worth(channels, BY, (channel,)).gap
        ratios = matched_worth(channels, ("strategy",), (channel,)).ratio
        for name in runs.strategies:
            share, gap = (limits(values, name) for values in (shares[channel], gaps))
            rows.append(
                {"strategy": name, "channel": channel, "accounts": float(won[channel].xs(name, level="strategy").mean())}
                | dict(zip(("share", "share_low", "share_high"), share, strict=True))
                | dict(zip(("gap", "gap_low", "gap_high"), gap, strict=True))
                | {"ratio": float(ratios.get(name, np.nan))}
            )
    return pd.DataFrame(rows).sort_values("strategy", key=lambda names: names.map(runs.strategies.index), kind="stable", ignore_index=True)


def limits(values: pd.Series, strategy: str) -> tuple[float, float, float]:
    """Mean and interval over the runs in which there is something to say."""
    known = values.xs(strategy, level="strategy").dropna().to_numpy(float) if strategy in values.index.get_level_values("strategy") else []
    return tuple(map(float, interval(np.asarray(known)))) if len(known) else (np.nan,) * 3
