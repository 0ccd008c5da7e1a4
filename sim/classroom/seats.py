"""Seats: how a device shows that it belongs to a team, and to no other.

Whoever joins gets two secrets: a cookie that no script can read, and a key that the page keeps and sends as a header. A request needs
both, of one seat: a cookie that was copied is worth nothing without the key. On disk there are only their hashes (the secrets are long and
random, so a plain hash keeps them). A team's word lets a new device in; it is shown to its members alone, and stands readable in the
teacher's file.
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

from sim.classroom.store import Store
from sim.scenario.checking import RESERVED

TEACHER = -1
HEADER = "X-Tenure-Seat"
LETTERS = "ABCDEFHJKMNPRTUVWXY"  # none that looks like another, none that sounds like a digit
FIRST = (
    "amber brave calm clear copper early gentle green happy lemon lively lucky misty noble olive plain proud quick quiet round "
    "ruby silver sunny swift tidy velvet warm white wild winter wise young"
).split()
SECOND = (
    "anchor apple badger beacon bridge candle castle cedar comet dolphin falcon feather garden harbour island kettle lantern "
    "maple meadow mirror orchard otter pepper piano puzzle river rocket saddle sparrow teapot tiger violin"
).split()


@dataclass(frozen=True)
class Seat:
    """A device that may speak for a team (or, as TEACHER, for the teacher); member: what its person is called."""

    team: int
    member: str


class BadSeat(Exception):  # noqa: N818 - named for what it is
    """A request without a seat (`team` is None), or with half of one."""

    def __init__(self, sentence: str, team: int | None = None):
        super().__init__(sentence)
        self.team = team


def class_code() -> str:
    """Four letters to write on the board."""
    return "".join(secrets.choice(LETTERS) for _ in range(4))


def team_word() -> str:
    """What lets a further device join a team: one of 1,024,000."""
    return f"{secrets.choice(FIRST)}-{secrets.choice(SECOND)}-{secrets.randbelow(1000):03d}"


def cookie_name(code: str) -> str:
    """Cookies do not know ports, so two classes on one computer need two names."""
    return f"tenure_{code}"


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that does not tell how far they are."""
    return hmac.compare_digest(one.encode(), other.encode())


def give_seat(store: Store, team: int, member: str) -> tuple[str, str]:
    """A new seat: (cookie, key)."""
    cookie, key = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    store.add_seat(team, member, hashed(cookie), hashed(key))
    return cookie, key


def find_seat(store: Store, cookie: str | None, key: str | None) -> Seat:
    """The seat that cookie and key belong to. Raises BadSeat: nothing known of the device, or a pair that is none."""
    found = store.seat(hashed(cookie)) if cookie else None
    if found is None:
        raise BadSeat("this device has no seat in the class yet; join first")
    team, member, expected = found
    if not key or not same(hashed(key), expected):
        raise BadSeat("this seat belongs to another device: its cookie came without the key that goes with it", team)
    return Seat(team, member)


def safe_names(names: list[str]) -> list[str]:
    """Team names as names of sellers: plain small letters, digits and _, each once; team_3 where nothing is left of the third."""
    found: list[str] = []
    for number, name in enumerate(names, start=1):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        words = "_".join("".join(letter if letter.isalnum() else " " for letter in plain).split())[:24].strip("_")
        usable = words and words[0].isalpha() and words not in RESERVED and words not in found
        found.append(words if usable else f"team_{number}")
    return found
