"""Which claims of the literature a study touches, with where they fail in the model."""
from sim.scenario.levels import LEVELS


def touched(study) -> list[str]:
    """A sentence or two for each claim that bears on what the study's strategies do, in the order of their numbers."""
    from sim.experiments.claims import CLAIMS

    found = []
    for number in sorted(_numbers(study), key=lambda one: int(one[1:])):
        claim = CLAIMS[number]
        why = f" In the reference market: {claim.why}" if claim.why else ""
        found.append(f"{claim.sentence} ({claim.who} {claim.year}; tenure claims {number}){why}")
    return found


def _numbers(study) -> set[str]:
    """The numbers of the claims: each where what it speaks of differs between sellers or strategies, or is switched on."""
    scenario = study.scenario
    sellers = [seller for name in study.runs.strategies for period in scenario.change_periods(name)
               for seller in scenario.sellers_under(name, period).items()]
    ours = [seller for name, seller in sellers if name == study.focal]
    rungs = {LEVELS.index(level) for seller in ours for level in seller.level.levels}
    committed = sum(buyer.share > 0 for buyer in scenario.buyers.values()) > 1
    speaks = {
        "C1": len(rungs) > 1 and committed, "C2": len(rungs) > 1, "C3": len(rungs) > 1 and scenario.product.complexity != 1,
        "C4": min(seller.quality for seller in ours) < max(seller.quality for _, seller in sellers),
        "C6": any(seller.promise != 1 for _, seller in sellers),
        "C7": any(seller.premium > 0 or seller.answers.harvest_locked_in for _, seller in sellers),
        "C8": scenario.word_of_mouth.network != "none" or bool(scenario.partners),
        "C10": any(seller.loyalty_discount.most > 0 or seller.answers.copy_level for _, seller in sellers),
        "C12": scenario.behaviour.doubt > 0}
    return {number for number, holds in speaks.items() if holds}
