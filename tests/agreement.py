"""How a simulated mean is held against an exact value: in standard errors, with Student's interval. Used by every closed-form test."""
from scipy.special import bdtrc

from sim.experiments.published.agreement import (  # noqa: F401  tests have them from here
    CONFIDENCE,
    MOST_STANDARD_ERRORS,
    Estimate,
    estimate,
    ratio,
    share,
)


def assert_agrees(found: Estimate, exact: float, what: str = "") -> None:
    """The exact value is within four standard errors and within the mean's own 99% interval."""
    off = found.errors_from(exact)
    said = f"{what}: simulated {found.mean:.6g} ± {found.standard_error:.2g}, exact {exact:.6g}, {off:+.2f} standard errors"
    assert abs(off) <= MOST_STANDARD_ERRORS, said
    assert found.holds(exact), f"{said}: outside the 99% interval"


def assert_all_agree(cells: dict[object, tuple[Estimate, float]]) -> None:
    """Every cell within four standard errors, and no more cells outside their 99% interval than one time in a thousand by chance."""
    far = {name: found.errors_from(exact) for name, (found, exact) in cells.items()}
    worst = max(far, key=lambda name: abs(far[name]))
    assert abs(far[worst]) <= MOST_STANDARD_ERRORS, f"{worst}: {cells[worst]}, {far[worst]:+.2f} standard errors"
    outside = [name for name, (found, exact) in cells.items() if not found.holds(exact)]
    chance = bdtrc(len(outside) - 1, len(cells), 1 - CONFIDENCE) if outside else 1.0
    assert chance > 0.001, f"{len(outside)} of {len(cells)} cells outside their 99% intervals: {outside}"
