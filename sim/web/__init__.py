"""The page: a market in the browser, on this computer, without a network."""
