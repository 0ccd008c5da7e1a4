"""Periods as dates: the first day of each, counted from the first day of the record."""
from calendar import monthrange
from datetime import MAXYEAR, date, timedelta

DAYS, MONTHS = {"day": 1, "week": 7}, {"month": 1, "quarter": 3, "year": 12}
FIRST_DAY = date(2021, 1, 1)


def first_day(start: date, unit: str, period: int) -> date:
    """The day on which period 1, 2, … begins, the first on `start`; unit: day, week, month, quarter or year.

    A month too short for the day of `start` begins on its last day. Raises OverflowError past the year 9999."""
    if unit in DAYS:
        return start + timedelta(days=DAYS[unit] * (period - 1))
    months = start.year * 12 + start.month - 1 + MONTHS[unit] * (period - 1)
    year, month = divmod(months, 12)
    if year > MAXYEAR:
        raise OverflowError(year)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
