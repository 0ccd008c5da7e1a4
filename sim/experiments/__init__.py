"""Experiments: each puts a question to the market, plays the runs that answer it, and gives the answer as tables.

- `compare`: which strategy earns the seller more, from when on, and through what
- `why`: the difference in profit, split exactly into its causes
- `channels`: through whom accounts are won, and what those that came recommended are worth beside others like them
- `moves`: what sellers did in answer to the market
- `flip`: what would have to change for the answer to be another
- `sweep`: the same at many points of the parameters; what the following are made of
- `mapping`, `kotler`: where the best strategy changes over two parameters; the best level by margin and number of customers
- `sensitivity`: which parameters decide, and where the recommendation fails
- `optimise`: the best policy under a budget and a capacity
- `claims`, `published`: what the literature claims, and the figures it has printed, held against the model
- `calibrate`: a market read from data; `lab`: estimators of lifetime value on markets whose truth is known
- `equilibrium`: what all sellers do when each chooses for itself
"""
