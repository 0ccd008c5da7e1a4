"""Sweeps: a market played at many points of its parameters, under several strategies, with the same luck, on threads or a cluster.

- `sweep(scenario)` -> `Sweep`: plays what a scenario's section `sweep` states (or a `Plan` of one's own), and goes on where it was left
- `again(folder)` plays every market of a finished sweep again and compares
- `plan_of(scenario)` -> `Plan`: which points, strategies and runs; `plan_of(scenario, points=table)` for a table of points of one's own
"""
from sim.experiments.sweep.again import again
from sim.experiments.sweep.cluster import Cluster
from sim.experiments.sweep.plan import NoSweep, Plan, plan_of
from sim.experiments.sweep.play import Progress, Sweep, sweep
from sim.experiments.sweep.store import OtherStudy
from sim.experiments.sweep.workers import NoWorkers, Threads

__all__ = ["Cluster", "NoSweep", "NoWorkers", "OtherStudy", "Plan", "Progress", "Sweep", "Threads", "again", "plan_of", "sweep"]
