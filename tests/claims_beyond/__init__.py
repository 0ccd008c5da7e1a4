"""Textbook claims beyond the dyad, C6, C7, C8, C10 and C12, as contrasts with the one set of defaults: python -m tests.claims_beyond

`promises` (C6), `harvest` (C7), `referrals` (C8), `copied` (C10), `contact` (C12). What a contrast is, and when a claim
holds, fails or is undecided: `tests.claims_contrasts`. Each function takes its size, so that the suite plays the same experiments small.
"""
