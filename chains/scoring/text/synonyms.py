"""Words that say nearly the same in reports: rings of general English, for what is retold in other words.

That two words stand in one ring never makes a statement kept by itself: it is one sign among several that a sentence
is about the statement; see `facts.retold_reader`.
"""

from functools import cache

from chains.scoring.text.antonyms import FAMILIES
from chains.scoring.text.ledger_stems import STOP, stem

_RINGS = """
accept accepted approve approved approval adopt adopted adoption carry carried pass passed agree agreed agreement
    endorse ratify
accident crash collision fall fell
ask asked request requested demand demanded want wants wanted wish require call
award awarded win won grant granted give gave given get got receive received obtain
advise advice recommend recommended recommendation suggest suggested propose proposed proposal favour idea motion
advertise advertised advert ad posted
announce announced inform informed notify notified tell told know known aware report reported let learn learned hear
    heard
answer answered reply replied response respond responded feedback word
apply applied application applicant applicants candidate candidates
arrive arrived arrival come came deliver delivered delivery reach reached turn show here there receive received
attend attended attendance present come came turn show there participant participants
begin began begun start started open opened opening launch launched commence kick go underway
boss head chief chair chaired chairman chairwoman chairperson director lead leader manager
borrow borrowed lend lent loan lent
break broke broken fail failed failure fault breakdown defect outage down stop stopped trip tripped seize seized
buy bought purchase purchased acquire acquired acquisition order ordered procure
build built construct constructed construction erect
budget spend spent money funds pay
cancel cancelled drop dropped scrap scrapped abandon abandoned off call
cause caused reason because blame due owing trigger triggered result
check checked inspect inspected inspection examine examined test tested audit audited scan scanned review reviewed
    look looked cover covered
clean cleaned cleaning cleanup wash washed
client customer customers clients user users buyer
close closed end ended finish finished conclude over adjourn shut
colleague staff employee employees worker workers people personnel team crew
company firm business contractor supplier vendor manufacturer maker producer provider
complain complained complaint complaints objection object
complete completed finish finished done ready conclude
consider considered think thinks thought regard believe believes view expect expects expected reckon reckons
contain contained hold held comprise consist consisted include have
contract deal agreement
contribution fee charge charged price pay paid payment dues
cost costs costing price priced expense charge charged pay paid worth bill billed amount spend spent set
child children pupil pupils student students
create created make made produce produced production output yield
damage damaged harm harmed hurt injure injured injury injuries casualty
date day deadline
decide decided decision resolve vote voted
decline declined reject rejected refuse refused turned deny denied
delay delayed late postpone postponed wait hold held behind
destroy destroyed discard discarded throw thrown bin binned dump dumped waste scrap scrapped
discover discovered find found notice noticed spot spotted detect detected uncover see saw turn
disease ill illness sick flu influenza unwell
doctor doctors physician physicians surgeon medic practitioner
donate donated donation give gave gift contribute contributed
draw drew drawn attract attracted bid bids tender tendered offer offered offers quote quoted quotes quotation
due expected planned scheduled foreseen
employ employed hire hired recruit recruited appoint appointed fill filled
engineer technician fitter mechanic
enrol enrolled enrolment register registered registration
error errors mistake mistakes fault wrong
estimate estimated estimates reckon reckoned roughly about expect expected forecast project figure put
evacuate evacuated leave left out
exceed exceeded above over beyond more
expire expired end ends run lapse lapsed
extend extended extension prolong prolonged renew renewed renewal
extra additional further added more another
fit fitted install installed installation put mount mounted equip equipped place
fix fixed repair repaired mend mended restore restored remedy remedied
grow grew growth rise rose increase increased
guest visitor visitors guests
hall room building house
handle handled process processed deal
heat heated heating warm temperature degree degrees hot cool cooling cold
help helped support supported assist assisted
host hosts server servers machine machines
idle vacant vacancy vacancies unfilled empty free open unoccupied
inspector inspectorate authority regulator
insurance insurer insured
job jobs post posts position positions role vacancy
lack missing gone without absent absence
last lasted take took go went duration
leak leaked leakage escape escaped spill spilled release released
lift lifted raise raised hoist
limit threshold maximum max most cap allowed permitted
list listed queue
lorry truck trucks lorries vehicle vehicles van vans
measure measured measurement reading read value find found register registered show showed
meet met meeting session gather assembly
member members attendee
message text email mail
minute minutes record
month monthly
move moved relocate relocated shift shifted transfer transferred switch switched migrate
need needed require required must necessary
new newly fresh
note noted record recorded log logged register registered
number count figure total
object objected oppose opposed against
occur occurred happen happened place
open opened opening
outage downtime interruption disruption
paint painted
part component spare
patient patients case cases
people person persons man men woman women
phone phoned call called ring rang telephone mobile mobiles
plan planned schedule scheduled intend intended programme
plant works factory site
play played
plus surplus profit
praise praised commend commended
project projected scheme
provide provided supply supplied
quarantine quarantined block blocked lock locked isolate isolated
quit resign resigned leave left depart departed step stepped retire retired
recall recalled withdraw
refund refunds voucher vouchers
release released clear cleared free unblock
remind reminded reminder
remove removed take took cut clear cleared
rent rental lease leased let tenancy
replace replaced replacement exchange exchanged swap swapped substitute instead successor
reserve reserves fund savings
resume resumed restart restarted
safe safety
salmon fish
save saved saving savings
sell sold sale sales
send sent dispatch dispatched issue issued go went forward forwarded
set fixed
shop store
sign signed signature signatures
sit attend
small little
speak spoke say said state stated
stand stood
start started
stay stayed remain remained still continue keep
stock inventory
stop stopped halt halted suspend suspended hold standstill idle rest still
street road
train trained training retrain course instruction
try tried attempt attempted trial test
use used
vacate
vegetation plants bushes
vote voted votes ballot
water moisture
weigh weighed weight
work worked working duty run running operate operated operation
workshop
year annual annually yearly
agency temporary temp
bank
beds bed
climb climbed
club
garage depot
evening tonight
first initial initially
second another next
later after afterwards subsequent
deficit loss
tenant tenants resident residents occupant
law legal lawyer lawyers solicitor
noise noisy
"""
"""One ring a line. A word may stand in several."""


@cache
def _rings() -> dict[str, frozenset[int]]:
    """Return the rings of each stem: those listed, and each side of a pair of opposite senses in single words."""
    rows = [row.split() for row in _RINGS.replace("\n    ", " ").split("\n") if row]
    rows += [[word for word in side.split("|") if " " not in word] for family in FAMILIES for side in family]
    out: dict[str, set[int]] = {}
    for number, row in enumerate(rows):
        for word in row:
            if word.isalpha() and word not in STOP:
                out.setdefault(stem(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in out.items()}


ROOT = 4
"""Fewest letters that two words of one family share at their beginning, where one of them has no more: "chemo"."""
_SHARED = 5
"""Fewest letters that they share where both go on: "insurer" and "insurance"."""
_ENDING = 6
"""Most letters that may follow them."""


def alike(one: str, other: str) -> bool:
    """Whether two stems are words of one ring, or of one family of words ("insurer", "insurance"; "chemo")."""
    if one == other:
        return True
    shared = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    short, long = sorted((len(one), len(other)))
    if (shared >= _SHARED and long - shared <= _ENDING) or (shared == short >= ROOT and long - shared >= ROOT):
        return True
    return not _rings().get(one, _NONE).isdisjoint(_rings().get(other, _NONE))


def near(word: str) -> frozenset[str]:
    """Return the stems that share a ring with one."""
    return frozenset().union(*[_members()[ring] for ring in _rings().get(word, _NONE)])


@cache
def _members() -> dict[int, frozenset[str]]:
    out: dict[int, set[str]] = {}
    for word, rings in _rings().items():
        for ring in rings:
            out.setdefault(ring, set()).add(word)
    return {ring: frozenset(words) for ring, words in out.items()}


_NONE: frozenset[int] = frozenset()
