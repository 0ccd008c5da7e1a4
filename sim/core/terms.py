"""The field's words as integers: what the arrays of `state.py` are indexed by."""
from enum import IntEnum


class Level(IntEnum):
    """Kotler's five relationship levels: what a seller does after the sale."""
    BASIC = 0
    REACTIVE = 1
    ACCOUNTABLE = 2
    PROACTIVE = 3
    PARTNERSHIP = 4


class Targeting(IntEnum):
    """How a seller decides which account gets which level."""
    UNIFORM = 0
    BY_TYPE = 1
    BY_VALUE = 2
    SEGMENTS_OF_ONE = 3


class Cause(IntEnum):
    """Why a relationship ended; `RUNNING` is the one that has not."""
    PRICE = 0
    INCIDENT = 1
    TURNOVER = 2
    RUNNING = 3


class Channel(IntEnum):
    """How a seller won an account: what the buyer last heard of it, and from whom."""
    OWN_SEARCH = 0
    ADVERTISING = 1
    WORD_OF_MOUTH = 2
    PARTNER = 3


class RelationshipMarket(IntEnum):
    """The six markets in which a seller invests (Christopher, Payne & Ballantyne 1991); each has a stock of what was built there."""
    CUSTOMER = 0
    REFERRAL = 1
    SUPPLIER = 2
    RECRUITMENT = 3
    INFLUENCE = 4
    INTERNAL = 5


class Network(IntEnum):
    """Whom buyers hear: nobody, anybody, or their neighbours."""
    NONE = 0
    WELL_MIXED = 1
    NEIGHBOURS = 2


class Attribute(IntEnum):
    """What is drawn for a buyer when it enters the market, in the order of its rows."""
    SWITCHING_COST = 0
    TIME_HORIZON = 1
    RETURN_COST = 2
    RELATIONSHIP_ORIENTATION = 3
    PRICE_SENSITIVITY = 4
    PURCHASE_RATE = 5
    VOLUME = 6
    VOICE = 7
    CONTRACT = 8


class Draw(IntEnum):
    """What luck is for: each kind has 1024 calls of four uniforms for one buyer in one period (`draws.uniforms`)."""
    PERIOD = 0        # turnover, purchase occasion
    USE = 1           # problem, surfacing, resolution, contact
    LOT = 2           # per lot: review, delivered value, contract length
    CHOICE = 3        # per lot: one for each seller and one for not buying
    HEARING = 4       # one per seller: does its advertising reach the buyer this period
    ATTRIBUTES = 5    # in the period of entry: one per attribute
    TASTE = 6         # in the period of entry: one per seller
    REACH = 7         # in the period of entry: one per seller
    RECOGNITION = 8   # in the period of entry: two per seller
    START = 9         # in the period of entry: the first incumbent
    NETWORK = 10      # of the network, not of a buyer's life: who is whose neighbour
    WORD = 11         # which neighbour the buyer hears, and whether it has something to say
    ADVICE = 12       # which partner is asked, and whom it recommends
    SHOCK = 13        # does an influencer's campaign reach the buyer: one draw for each shock of the period


LEVELS = tuple(level.name.lower() for level in Level)
CHANNELS = tuple(channel.name.lower() for channel in Channel)
MARKETS = tuple(market.name.lower() for market in RelationshipMarket)
CAUSES = tuple(cause.name.lower() for cause in Cause)
ATTRIBUTES = tuple(attribute.name.lower() for attribute in Attribute)

# The same as plain numbers: what compiled code counts with.
(D_PERIOD, D_USE, D_LOT, D_CHOICE, D_HEARING, D_ATTRIBUTES, D_TASTE, D_REACH, D_RECOGNITION, D_START, D_NETWORK, D_WORD, D_ADVICE,
 D_SHOCK) = map(int, Draw)
C_PRICE, C_INCIDENT, C_TURNOVER, C_RUNNING = (int(cause) for cause in Cause)
OWN_SEARCH, BY_ADVERTISING, BY_WORD_OF_MOUTH, BY_PARTNER = map(int, Channel)
CUSTOMER, REFERRAL, SUPPLIER, RECRUITMENT, INFLUENCE, INTERNAL = map(int, RelationshipMarket)
WELL_MIXED, NEIGHBOURS = int(Network.WELL_MIXED), int(Network.NEIGHBOURS)
UNIFORM, BY_VALUE, SEGMENTS_OF_ONE = int(Targeting.UNIFORM), int(Targeting.BY_VALUE), int(Targeting.SEGMENTS_OF_ONE)
BASIC, CONTRACT, LAST_DRAWN = int(Level.BASIC), int(Attribute.CONTRACT), int(Attribute.VOICE)
CALLS_PER_LOT = 9      # of Draw.CHOICE: one draw for not buying and 32 for sellers, four a call
