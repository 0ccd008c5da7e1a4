"""A matplotlib figure that is drawn without a screen, and that a notebook shows as it is."""

from io import BytesIO

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class Picture(Figure):
    """A figure of width × height inches; settings: those that matplotlib is to draw it with."""

    def __init__(self, width: float, height: float, settings: dict):
        super().__init__(figsize=(width, height), dpi=150)
        FigureCanvasAgg(self)
        self._settings = settings

    def _repr_png_(self) -> bytes:
        drawn = BytesIO()
        with matplotlib.rc_context(self._settings):
            self.savefig(drawn, dpi=100)
        return drawn.getvalue()
