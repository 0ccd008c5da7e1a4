"""What a claim is: a sentence of the literature, how it is measured, what decides it, and why it fails where it fails."""
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from sim.experiments.claims.contrasts import Contrast, together
from sim.wording import signed


@dataclass(frozen=True)
class Headline:
    """One of the few contrasts that decide a claim, declared before it is played.

    pattern: which contrast, its `case` with * for figures; words: what is held to lie above nought; unit: of its figure; standard: what
    100% is where headlines of all claims stand side by side."""
    pattern: str
    words: str
    unit: str
    standard: str

    def among(self, contrasts: Iterable[Contrast]) -> Contrast:
        """The one contrast that it names; ValueError where none or several fit."""
        fitting = [one for one in contrasts if fnmatchcase(one.case, self.pattern)]
        if len(fitting) != 1:
            raise ValueError(f"{len(fitting)} contrasts fit {self.pattern!r}, where one should")
        return fitting[0]


@dataclass(frozen=True)
class Experiment:
    """An experiment of a claim: a function of sizes (and `under`, what it is played under) that gives contrasts.

    full: sizes in place of its own defaults; small: those at which it is played at the points of the Latin hypercube, None: not there."""
    function: Callable[..., list[Contrast]]
    full: Mapping = field(default_factory=dict)
    small: Mapping | None = None


@dataclass(frozen=True)
class Claim:
    """A claim of the literature, as an experiment.

    number: C1 to C12 (MODEL 12); title; who, year: whose it is; sentence: what it says, in our words; measured: how it is held against the
    model; headlines: what decides it; said: the finding in a sentence, {0}, {1}, … being the headlines' figures; why: when and why it fails
    in the model, as far as was found; '' where it holds throughout; seconds: how long it takes alone on two cores, and at a point."""
    number: str
    title: str
    who: str
    year: str
    sentence: str
    measured: str
    experiments: tuple[Experiment, ...]
    headlines: tuple[Headline, ...]
    said: str
    why: str
    seconds: tuple[float, float]

    def heads(self, contrasts: Iterable[Contrast]) -> list[Contrast]:
        """The headline contrasts, in the order declared."""
        contrasts = list(contrasts)
        return [one.among(contrasts) for one in self.headlines]

    def verdict(self, contrasts: Iterable[Contrast]) -> str:
        """What its headline contrasts come to together."""
        return together(one.verdict for one in self.heads(contrasts))

    def in_a_sentence(self, contrasts: Iterable[Contrast]) -> str:
        """The finding with its figures."""
        return self.said.format(*(signed(one.mean) for one in self.heads(contrasts)))
