"""Numbers only: the model's rules and the loops that apply them, in numpy and numba.

Read `rules.py` for the theory, then `kernel.py` (`advance` is one period), then `state.py` for what is kept.
"""
