"""An answer as a notebook shows it: its sentence, and its main table beneath."""
from html import escape


class Told:
    """Something with a `sentence()` and a `table`, the pandas table that says most."""

    def _repr_html_(self) -> str:
        return f"<p><b>{escape(self.sentence())}</b></p>{self.table.to_html(index=False, float_format='{:,.6g}'.format)}"
