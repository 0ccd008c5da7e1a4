"""What stands in a column, as numbers and as days; nan where it holds none."""

import re

import numpy as np
import pandas as pd

FORMATS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%Y.%m.%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d%b%Y",
)
DATE_AND_TIME = re.compile(r"^(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})[ T].*$")


def numbers(column: pd.Series) -> np.ndarray:
    """A column as numbers (float64), nan where it holds none; texts may carry currency signs, thousands commas or a decimal comma."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(float, na_value=np.nan)
    codes, texts = _texts(column)
    cleaned = texts.str.replace(r"[^\d,.\-()eE+]|[eE](?![+-]?\d)|(?<!\d)[eE]", "", regex=True)
    cleaned = cleaned.str.replace(r"^\((.*)\)$", r"-\1", regex=True)
    decimal_comma = cleaned.str.contains(r",\d{1,2}$", regex=True) & ~cleaned.str.contains(".", regex=False)
    both = cleaned.str.contains(r"\.\d{3},\d{1,2}$", regex=True)
    cleaned = cleaned.where(~both, cleaned.str.replace(".", "", regex=False))
    cleaned = cleaned.where(~(decimal_comma | both), cleaned.str.replace(",", ".", regex=False)).str.replace(",", "", regex=False)
    return _spread(codes, pd.to_numeric(cleaned, errors="coerce").to_numpy(float))


def days(column: pd.Series) -> tuple[np.ndarray, bool]:
    """A column as days (float64, whole; nan where it holds none), and whether they are dates: then they count from 1970-01-01.

    Numbers are days as they stand, except such as 19970131, which are dates. Texts are read in the form that most of them have; where
    day and month could be either way round in all of them, the month is taken to come first."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _since_1970(column.dt.tz_localize(None) if column.dt.tz is not None else column), True
    if pd.api.types.is_numeric_dtype(column.dtype):
        return _numbered_days(column.to_numpy(float, na_value=np.nan))
    codes, texts = _texts(column)
    if len(texts) and pd.api.types.is_object_dtype(column.dtype) and not isinstance(texts.iloc[0], str):
        texts = texts.astype(str)
    texts = texts.str.strip().str.replace(DATE_AND_TIME, r"\1", regex=True)
    whole = pd.to_numeric(texts, errors="coerce").to_numpy(float)
    if len(whole) and np.isfinite(whole).mean() > 0.5:
        values, dated = _numbered_days(whole)
        return _spread(codes, values), dated
    best = max((pd.to_datetime(texts, format=form, errors="coerce") for form in FORMATS), key=lambda parsed: parsed.notna().sum())
    return _spread(codes, _since_1970(best)), True


def _numbered_days(values: np.ndarray) -> tuple[np.ndarray, bool]:
    """Days that are numbers: dates where they look like 19970131, else as they stand."""
    seen = values[np.isfinite(values)]
    if len(seen) and ((seen > 19000101) & (seen < 21000101)).mean() > 0.5:
        texts = pd.Series(values).map(lambda value: f"{value:.0f}" if np.isfinite(value) else "")
        return _since_1970(pd.to_datetime(texts, format="%Y%m%d", errors="coerce")), True
    return np.floor(values), False


def _since_1970(dates: pd.Series) -> np.ndarray:
    """Whole days since 1970-01-01, nan for no date."""
    values = dates.to_numpy("datetime64[D]")
    return np.where(np.isnat(values), np.nan, values.astype(np.int64).astype(float))


def _texts(column: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """A column's distinct texts and which one each row holds (-1: none)."""
    codes, texts = pd.factorize(column, use_na_sentinel=True)
    return codes, pd.Series(np.asarray(texts, dtype=object)).astype("str") if len(texts) else pd.Series([], dtype="str")


def _spread(codes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The value of each row from those of the distinct texts; nan where a row holds none."""
    return np.append(values, np.nan)[codes]
