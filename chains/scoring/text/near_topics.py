"""Words that show a topic without naming it: "vacancies are being filled" is about engineers who left.

This is a thesaurus of topics in organisations. It never makes a statement kept by itself: it only shows that a sentence
about a subject is about this property, so that the rest of the statement can be looked for there.
"""

from functools import cache

from chains.scoring.text.ledger_stems import stems

_FIELDS = """
engineers nurses welders fitters students volunteers staff people headcount technicians operators doctors: staff
    staffing staffed headcount turnover attrition vacancy vacancies backfill backfilling recruit recruiting
    recruitment hire hiring hires leavers joiners departures newcomers crewing personnel workforce manpower
    understaffed strength enrolment intake retention rota onboarding changes lineup movement colleagues resignation
    resignations team
bugs defects faults faulty issues: trouble troubles
    bug defect fault issue fix fixes fixing quality coverage regression regressions
    stability stable stabilising cleanup backlog robustness robust triage code debt
load requests throughput capacity: throughput capacity load peak scaling scale volume traffic performance
response responds answered calls latency: response responsive responsiveness latency answer answering reply speed
repairs repair repaired maintenance: repair maintenance servicing service attention upkeep reliability reliable
    workshop interventions fixing overhaul overhauled wear
accidents accident injuries falls: safety safe safer accident incident incidents injury injuries harm
vibration vibrations vibrates noise: vibration vibrate shake shaking shakes shaky rattle rattling smooth smoothly
    noise noisy quiet quieter loud louder hum humming sound
painted paint colour curtains curtain door floor steps theme screen repainted: paint painted colour look decor
    decoration redecorated refurbished refurbishment refurbishing smartened facelift refreshed fresh coat appearance
    brighter design style interior finish
lockers locker desks desk offices office: move moved relocation relocated room rooms space settled facilities
    premises accommodation office desk locker quarters upstairs downstairs
budget spending overtime hosting refit bill cost costs power: budget cost costs spend spending expenditure finances
    financial financially bill overspend overspent underspend saving savings expense expenses money invoice
output production target operations: output production productivity volume target throughput activity yield
    operations cases caseload
price prices: price pricing tariff quote cost terms discount
delivered delivery arrived arrival: deliver delivered delivery arrive arrived arrival arriving received shipment
    supply shipped installed site here
handed report finished built completion build: report deliver delivered delivery submitted submission finished
    finish complete completed completion ready released release launch launched shipped rollout rolled done handed
    deadline schedule timeline timing milestone built build assembly assembled
permit certificate licence calibration: permit certificate certification certified licence license licensed
    licensing paperwork compliance compliant validity valid calibrate calibrated recalibrated recalibration legal
    authorisation
samples sample: sample samples stock storage specimens collection holdings
grant award: grant funding award funded funds finance application proposal
enrolment volunteers volunteer: enrolment enrol enrolled recruitment recruit recruiting participants participation
    volunteers sign
tests test checks check trays tray backups backup repeat repeats hygiene: test testing tested check checks checked
    audit audits inspection inspections inspected verified verification quality pass passed passing results
    compliance hygiene sterile sterilisation
tickets ticket parts support: ticket tickets support backlog queue cases requests complaints issues enquiries
claim warranty refund: claim warranty refund reimbursement compensation money settlement dispute recover payout
order ordered seats drugs: order ordered contract purchase deal business supply supplies booking commitment
memory: memory ram footprint heap lean leaner resources consumption
temperature heat: temperature heat cooling cool thermal warm warmer hot climate
infection infections: infection infections hygiene outbreak
battery charging charge charged: battery charge charging power runtime endurance life
weight weighs: weight weigh mass heavy light heavier lighter kilos
range driving: range distance autonomy driving
stopping stops brake: brake braking stop stopping distance
seal hose pressure leak: seal sealing hose pressure leak leaks leakage tight tightness
shutdown downtime: shutdown downtime stoppage outage restart
drill fire training: drill exercise evacuation training trained course courses qualification
fault crash queue motor power: outage fault failure downtime disruption motor drive queue availability available
    uptime breakdown running run service operation restarted operational
sprint: sprint velocity plan points backlog
resolution sharpness: resolution sharp sharper sharpness image images precision optics performance
analysis: analysis analyses analyse evaluation results
crash: crash impact safety rating
scrap waste: scrap waste rejects yield losses
milestone: milestone milestones schedule deadline plan stage progress
run runtime: run runtime runs speed execution duration performance
visit tour choir talk demo photo: visit visitors guests tour event talk lecture demo presentation concert choir
    photo photos shoot session
alarm: alarm alarms alert alerts
paper: paper manuscript publication draft
security review: security secure review vulnerability audit
entrance entry: entrance entry gate door access
"""
"""Words of topics, and after the colon words that refer to them."""

GENERAL = stems(
    """turned bang exactly precisely right
    complete completed completion done finished ready progress progressing progresses progressed well good great
    excellent strong solid healthy fine okay ok positive smooth smoothly track course plan planned schedule target
    expected expectation expectations normal stable steady unchanged control review monitoring monitored monitor
    watch watching attention focus priority managed manage handled handle addressed address action actions follow
    followed followup closely improving improvement improve improved better issue issues problem problems concern
    concerns matter point points item items open minor slight slightly small modest work working underway hand place
    order shape situation status result results performance performing perform effort efforts continue continues
    continuing remain remains stay stays keep keeps look looks looking momentum back fully operational available
    service use used running run live delivered shipped success successful successfully week month quarter term
    today currently under way next step steps being made on as all remedial measures recovery resolved resolve
    nobody none nothing everyone time date agreed challenge challenges challenging pressure busy demand high
    demanding deviation little bit somewhat nearly almost close approaching largely essentially broadly team teams
    care taken"""
)
"""Words that judge a state without naming a property: "pump P-4 is being monitored"."""


@cache
def _by_word() -> dict[str, frozenset[str]]:
    out: dict[str, frozenset[str]] = {}
    for row in _FIELDS.replace("\n    ", " ").split("\n"):
        heads, _, words = row.partition(":")
        for head in stems(heads):
            out[head] = out.get(head, frozenset()) | stems(words)
    return out


def near_topics(topic: frozenset[str]) -> frozenset[str]:
    """Return the stems of words that speak of a topic, given by its stems, without naming it."""
    again = frozenset(f"re{word}" for word in topic)  # "repainted" of "painted"
    return again.union(*[_by_word().get(word, frozenset()) for word in topic]) - topic
