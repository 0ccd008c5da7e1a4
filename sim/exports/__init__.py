"""Simulated logs in the forms that other tools read, with the hidden truth in a second file.

>>> from sim import export
>>> export(Scenario.load("default"), "transactions", "logs")      # logs/transactions.csv, .parquet; logs/truth.csv, .parquet; export.json
"""
from sim.exports.play import FORMS, Exported, NoExport, export

__all__ = ["FORMS", "Exported", "NoExport", "export"]
