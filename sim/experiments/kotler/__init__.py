"""Kotler's table: the best relationship level by margin and number of customers, as the model has it, beside his own.

- `kotler(scenario, reading)` -> `Kotler`: `cells`, `levels`, `neighbours`, `corners` as tables, `correlation`, `sentence()`, `answer()`
"""
from sim.experiments.kotler.play import kotler
from sim.experiments.kotler.question import READINGS, NoTable
from sim.experiments.kotler.table import Kotler

__all__ = ["READINGS", "Kotler", "NoTable", "kotler"]
