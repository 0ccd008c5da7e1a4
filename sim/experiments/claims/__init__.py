"""Claims of the literature as experiments: `claims()` plays C1 to C12 in the default market and says which hold, and why others do not."""
from sim.experiments.claims.contrasts import Contrast, contrast
from sim.experiments.claims.play import NoClaim, chosen, claims, expected
from sim.experiments.claims.result import Claims
from sim.experiments.claims.table import CLAIMS

__all__ = ["CLAIMS", "Claims", "Contrast", "NoClaim", "chosen", "claims", "contrast", "expected"]
