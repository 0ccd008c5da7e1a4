"""Print every contrast: python -m tests.claims_beyond [C6 C7 C8 C10 C12]"""
import sys

from tests.claims_beyond import contact, copied, harvest, promises, referrals
from tests.claims_contrasts import table

EXPERIMENTS = {
    "C6": ("promises: EUR per buyer", [promises.over_promising]),
    "C7": ("harvest of the locked-in: EUR per buyer of the type; pools in % of the type", [harvest.harvesting]),
    "C8": ("referrals: cost of an account won in EUR, worth and hazard of referred accounts in %",
           [referrals.cost_of_winning, referrals.in_the_default_market, referrals.in_a_bank]),
    "C10": ("bonds copied: accounts kept per thousand and month; a plan copied: EUR per buyer", [copied.bonds_copied, copied.plan_copied]),
    "C12": ("contact after the sale stops: satisfaction in EUR per unit, failed renewals in %", [contact.contact_stops]),
}


def main(asked: list[str]) -> None:
    for claim in asked or EXPERIMENTS:
        title, experiments = EXPERIMENTS[claim]
        print(f"\n{claim}, {title}")
        for experiment in experiments:
            print(table(experiment()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
