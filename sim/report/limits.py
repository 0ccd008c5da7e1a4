"""What an answer does not cover, in plain words: what is true of any, and what of this scenario."""

from sim.plans import answering


def limits(study) -> list[str]:
    """Sentences, the most important first."""
    scenario, runs = study.scenario, study.runs.runs
    found = [
        f"The intervals cover luck: {runs} runs of the same market with other chances. They do not cover doubt about the numbers that went "
        "in; change those you doubt and ask again (tenure sensitivity says which matter).",
        "An answer is no better than its inputs. Values listed above are the scenario's own; everything else is a default or from the "
        "catalogue of buyer types and levels, each with its source or marked as an assumption (tenure explain).",
    ]
    if scenario.observed is None:
        found.append("This market is reasoned, not calibrated on data of a real one. Read differences between strategies, not levels.")
    if not any(answering(scenario, name) for name in study.runs.strategies):
        found.append("Rivals do what the scenario states and do not answer what our seller does.")
    if scenario.word_of_mouth.network == "none" and not scenario.partners:
        found.append("Buyers do not hear each other here: neither recommendation nor warning is counted.")
    if scenario.market.turnover > 0:
        found.append("Buyers who leave the market are replaced by others like them; the market neither grows nor shrinks.")
    return [
        *found,
        "Money is discounted at one rate and profit is before tax; costs that no strategy changes are left out.",
        "The model is described in full, with what it fails to bear out of the literature, in its description (sim/ODD.md).",
    ]


def levers(study) -> list[str]:
    """What each strategy states, seller by seller, as one says it in YAML."""
    from sim.scenario.template import flow

    values = study.record["scenario"]["strategies"]
    return [f"{name}: {flow(values[name])}" if values[name] else f"{name}: nothing is changed" for name in study.record["strategies"]]
