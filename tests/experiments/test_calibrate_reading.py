"""Files as people have them: what columns are taken for, what is dropped and why, what is said where nothing can be done."""
import numpy as np
import pandas as pd
import pytest

from sim.experiments.calibrate import UnfitData, calibrate, read
from sim.experiments.calibrate.histories import histories
from sim.experiments.calibrate.reading import days, numbers

DAY = float((pd.Timestamp("1997-03-25") - pd.Timestamp("1970-01-01")).days)


@pytest.mark.parametrize("texts", [
    ["1997-03-25", "1997-04-02"], ["1997-03-25 12:30:00", "1997-04-02T08:00:00"], ["25/03/1997", "02/04/1997"], ["3/25/1997", "4/2/1997"],
    ["25.03.1997", "02.04.1997"], ["19970325", "19970402"], [19970325, 19970402], ["25 Mar 1997", "2 Apr 1997"],
    pd.to_datetime(["1997-03-25", "1997-04-02"])])
def test_dates_in_any_form(texts):
    found, dated = days(pd.Series(texts))
    assert dated and found.tolist() == [DAY, DAY + 8]


def test_day_numbers_stay_numbers_and_the_unreadable_is_nan():
    assert days(pd.Series([0, 3, 365]))[0].tolist() == [0, 3, 365] and not days(pd.Series([0, 3, 365]))[1]
    found, _ = days(pd.Series(["1997-03-25", "soon", None, "1997-99-99"]))
    assert found[0] == DAY and np.isnan(found[1:]).all()


def test_amounts_in_any_form():
    found = numbers(pd.Series(["$1,234.50", "1.234,50 EUR", "12,5", "(3.00)", "-4", "free", None, "7"]))
    assert found[[0, 1, 2, 3, 4, 7]].tolist() == [1234.5, 1234.5, 12.5, -3, -4, 7] and np.isnan(found[[5, 6]]).all()


def messy(rng, customers=80):
    """A log of which it is known what is wrong with it."""
    who = np.repeat(np.arange(customers), 6)
    day = np.tile(np.arange(0, 360, 60), customers) + rng.integers(0, 50, len(who))
    good = pd.DataFrame({"Cust No.": [f"C{one:03d}" for one in who], "Order Date": (np.datetime64("2023-01-01") + day).astype(str),
                         "Net Sales": rng.lognormal(3, 1, len(who)).round(2).astype(str)})
    bad = pd.DataFrame({"Cust No.": [None, "", "C001", "C002", "C003", "C004"],
                        "Order Date": ["2023-02-01", "2023-02-01", "not known", None, "2023-02-01", "2023-02-01"],
                        "Net Sales": ["5", "6", "7", "8", "-9", "n/a"]})
    return pd.concat([good, good.iloc[:4], bad], ignore_index=True)


def test_every_dropped_row_is_counted_by_its_reason(tmp_path):
    table = messy(np.random.default_rng(0))
    table.to_csv(tmp_path / "crm.csv", index=False, sep=";")
    found = read(tmp_path / "crm.csv", None, {"customer": "Cust No.", "amount": "Net Sales"})
    assert found.kind == "log" and found.taken == {"customer": "Cust No.", "amount": "Net Sales", "date": "Order Date"}
    seen = histories(found)
    assert found.dropped == {"no customer": 2, "no date that can be read": 2, "negative amount (a return)": 1,
                             "a repetition of another row": 4}
    assert sum(found.dropped.values()) + len(found.frame) == len(table)
    assert any("1 rows without an amount" in note for note in found.notes)
    assert seen.customers == 80 and np.nansum(seen.amount) == pytest.approx(table["Net Sales"][:480].astype(float).sum())


def test_parquet_and_csv_give_the_same(tmp_path):
    table = messy(np.random.default_rng(1)).iloc[:480].rename(columns={"Cust No.": "customer", "Order Date": "date", "Net Sales": "amount"})
    table = table.assign(amount=table.amount.astype(float))
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_parquet(tmp_path / "a.parquet")
    one, other = (histories(read(tmp_path / name)) for name in ("a.csv", "a.parquet"))
    assert np.array_equal(one.period, other.period) and np.array_equal(one.customer, other.customer)
    assert np.allclose(one.amount, other.amount)


def test_purchases_of_one_period_are_one_occasion():
    rows = pd.DataFrame({"customer": np.repeat(np.arange(60), 4), "date": np.tile([0, 0, 40, 80], 60),
                         "amount": np.tile([1.0, 2, 3, 4], 60)})
    seen = histories(read(rows), unit="day", holdout=0)
    assert seen.merged == 60 and len(seen.period) == 180 and seen.amount[:3].tolist() == [3, 3, 4]


def test_the_holdout_may_be_a_share_or_a_date_and_newcomers_of_it_are_left_aside():
    dates = (np.datetime64("2023-01-01") + np.arange(100)).astype(str)
    rows = pd.DataFrame({"customer": [*np.repeat(np.arange(60), 2), *range(60, 70)],
                         "date": [*np.tile([dates[0], dates[99]], 60), *[dates[90]] * 10]})
    for holdout in (0.5, "50%", "2023-02-20"):
        seen = histories(read(rows), unit="day", holdout=holdout)
        assert (seen.periods, seen.split, seen.customers, seen.late) == (100, 50 if holdout == "2023-02-20" else 49, 60, 10)


@pytest.mark.parametrize(("rows", "kind", "columns", "message"), [
    ({"alpha": [1], "beta": [2]}, None, {}, "fit no kind of data"),
    ({"customer": [1], "sum": [2]}, "log", {}, "no column looks like date"),
    ({"customer": [1], "date": [2]}, None, {"amount": "amuont"}, "there is no column 'amuont' for --amount"),
    ({"customer": [1], "date": [2]}, "logg", {}, "'logg' is no kind of data; did you mean 'log'"),
    ({"customer": [None], "date": [2]}, None, {}, "no row of the data frame has a customer and a date"),
    ({"customer": [1, 2], "date": ["2023-01-01", "2023-02-01"]}, None, {}, "at least 50")])
def test_what_cannot_be_used_is_refused_in_a_sentence(rows, kind, columns, message):
    with pytest.raises(UnfitData, match=message.replace("(", r"\(")):
        calibrate(pd.DataFrame(rows), kind, columns)


def test_an_option_that_a_kind_does_not_know():
    with pytest.raises(UnfitData, match="holdoutt is nothing that data of the kind log can be told; did you mean 'holdout'"):
        calibrate(pd.DataFrame({"customer": [1], "date": [2]}), holdoutt=1)


@pytest.mark.parametrize(("option", "value", "message"), [
    ("holdout", "soon", "'soon' is neither a share such as 0.5 nor a date"), ("holdout", "2031-01-01", "lies outside the record"),
    ("holdout", 1.5, "no part of the record"), ("unit", "fortnight", "'fortnight' is no period"), ("entered", "late", "no way to enter")])
def test_options_out_of_range(option, value, message):
    rows = pd.DataFrame({"customer": np.repeat(np.arange(60), 2), "date": np.tile(["2023-01-01", "2023-06-01"], 60)})
    with pytest.raises(UnfitData, match=message):
        histories(read(rows), **{option: value})


def test_empty_files(tmp_path):
    (tmp_path / "a.csv").write_text("")
    with pytest.raises(UnfitData, match=r"a\.csv is empty"):
        read(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("customer,date\n")
    with pytest.raises(UnfitData, match=r"b\.csv has no rows"):
        read(tmp_path / "b.csv")


def test_rows_with_a_field_too_many_are_counted(tmp_path):
    (tmp_path / "a.csv").write_text("customer,date,amount\n1,2023-01-01,5\n2,2023-01-02,6,7\n3,2023-01-03,8\n")
    found = read(tmp_path / "a.csv")
    assert found.dropped == {"not as many fields as columns": 1} and len(found.frame) == 2


@pytest.mark.parametrize(("names", "kind"), [
    (["customer_id", "order date", "product", "amount"], "log"),
    (["id", "occasion", "choice", "price.a", "price.b"], "panel"),
    (["customer", "date", "month", "sum"], "log"),
    (["year", "regular", "high_end"], "retention"),
    (["account", "start", "end"], "contracts"),
    (["category", "brand", "share", "penetration"], "repertoire"),
    (["household", "day", "brand", "price_a", "price_b"], "panel")])
def test_kinds_are_told_by_their_columns(names, kind):
    assert read(pd.DataFrame({name: [1] for name in names})).kind == kind
