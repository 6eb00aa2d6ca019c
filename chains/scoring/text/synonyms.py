"""Words of like and of opposite meaning in everyday English, for claims that no ledger gives wordings for.

Rough on purpose: a ring holds what a reader would take for the same event, not strict synonyms. It is a list of
common English; a few rows (nationalities, forms of "die", "sentence") came from looking at mistakes on labelled claims.
"""

from chains.scoring.text.antonyms import FAMILIES
from chains.scoring.text.ledger_stems import STOP, bag
from chains.scoring.text.snowball import root

_RINGS = """
say tell state claim announce declare report reveal confirm add insist argue admit warn describe comment
die died death dead kill murder pass-away fatal
hurt injure wound harm
win victory triumph beat defeat champion
lose defeat loss
buy purchase acquire acquisition takeover
sell sale sold
start begin launch commence open kick-off
end finish conclude close complete
increase rise grow climb jump surge gain
decrease fall drop decline reduce cut shrink slump
help aid assist support
show reveal demonstrate display exhibit
make create build produce construct develop
film movie picture
song single track
record album release
child kid son daughter baby boy girl
mother mum mom parent
father dad parent
wife husband spouse marry marriage wed wedding
man male he
woman female she
police officer policeman cop detective
court judge trial tribunal hearing
prison jail imprison custody
sentence convict conviction guilty verdict
arrest detain held charge
crime offence offense criminal
attack assault strike raid
company firm business
job work employ employment role post
boss manager coach head chief
player footballer striker midfielder defender forward
team club side squad
game match fixture tie
goal score net
country nation state
government minister administration
president leader
vote election elect poll
money cash fund fee cost price
earn gross make take
big large huge massive giant
small little tiny
old aged age
new fresh recent
near close nearby
quick fast rapid
car vehicle
plane aircraft jet flight
doctor medic physician surgeon
hospital clinic ward
sick ill disease illness
school pupil student teacher class
home house
street road
town city
sea ocean coast
fire blaze flame
fight battle clash
plan scheme propose proposal
ask request call demand urge
need require
want wish hope desire
try attempt seek bid
stop halt prevent ban prohibit
allow permit let
agree deal accord contract sign
join sign recruit hire
leave quit depart exit resign
return back
visit trip tour travel
live reside resident base
locate situate base
bear birth birthplace
act actor actress star
write writer author novel book
sing singer vocalist
direct director
receive get obtain win
give award grant donate
prize award medal trophy
think believe feel consider
like love enjoy fan
hate dislike
praise laud acclaim
criticise criticize condemn blame
find discover locate
search hunt look
use employ utilise utilize
show display
happen occur place
cause lead result
famous well-known popular celebrated
expensive costly dear
cheap inexpensive
wales welsh
britain british uk
england english
ireland irish
france french
spain spanish
netherlands holland dutch
denmark danish
sweden swedish
greece greek
turkey turkish
poland polish
scotland scottish scots
switzerland swiss
america american usa
europe european eu
thief robber burglar
steal rob theft robbery
lie false untrue
save rescue
appear feature debut
"""
_ENDINGS = bag("er or r ian an n ese ish man men ion ation al ity ness ist ism ful ous ive ic")
_OPPOSED = """
win|lose
victory|defeat
buy|sell
born|die
alive|dead
guilty|innocent
convict|acquit
first|last
high|low
high|lowest
best|worst
largest|smallest
biggest|smallest
more|less
most|least
more|fewer
north|south
east|west
male|female
men|women
husband|wife
brother|sister
son|daughter
father|mother
positive|negative
praise|criticise
praise|criticize
love|hate
accept|reject
allow|ban
permit|ban
ally|enemy
true|false
legal|illegal
arrive|leave
join|leave
married|divorced
young|old
before|after
above|below
increase|decrease
rise|fall
profit|loss
success|failure
hire|fire
"""


def _rings() -> dict[str, frozenset[int]]:
    out: dict[str, set[int]] = {}
    for at, row in enumerate(_RINGS.split("\n")):
        for word in row.split():
            out.setdefault(root(word), set()).add(at)
    return {word: frozenset(rings) for word, rings in out.items()}


def _opposites() -> dict[str, frozenset[str]]:
    out: dict[str, set[str]] = {}
    rows = [tuple(row.split("|")) for row in _OPPOSED.split()]
    pairs: list[tuple[tuple[str, ...], tuple[str, ...]]] = [((one,), (other,)) for one, other in rows]
    pairs += [(_single(one), _single(other)) for one, other in FAMILIES]
    for left, right in pairs:
        for here, there in ((left, right), (right, left)):
            for word in here:
                out.setdefault(root(word), set()).update(root(far) for far in there)
    return {word: frozenset(far - {word}) for word, far in out.items()}


def _single(side: str) -> tuple[str, ...]:
    return tuple(word for word in side.split("|") if word.isalpha() and word not in STOP)


_OF = _rings()
_OPPOSITE = _opposites()


def akin(one: str, other: str) -> bool:
    """Whether two roots mean about the same: the same ring, or one word in two forms ("acquit", "acquittal")."""
    if _OF.get(one, frozenset()) & _OF.get(other, frozenset()):
        return True
    if _derived(one, other) or _derived(other, one):
        return True
    short = min(len(one), len(other))
    common = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), short)
    return common >= 5 and common >= 0.6 * max(len(one), len(other))


def _derived(base: str, longer: str) -> bool:
    """Whether a root is another with an ending: "iran", "iranian"; "win", "winner"."""
    if len(base) < 3 or not longer.startswith(base):
        return False
    rest = longer[len(base) :]
    return rest in _ENDINGS or (rest[:1] == base[-1] and rest[1:] in ("er", "or"))


def opposed(one: str, other: str) -> bool:
    """Whether two roots say the opposite of each other ("rise", "fall")."""
    return other in _OPPOSITE.get(one, frozenset())
