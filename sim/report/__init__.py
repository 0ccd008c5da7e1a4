"""A study's results as one page to hand on: the verdict, figures one can look into, what was changed, the model's limits, and the receipt.

- `report(folder)` -> Path: the folder's page, an HTML file that needs no network; `form="md"` a Markdown file with its figures beside it
- `Study`: a comparison as its folder tells it, without playing it again
"""

from sim.report.study import Study
from sim.report.write import report

__all__ = ["Study", "report"]
