"""Documents as ground truth: what is proposed, what is left out and counted, and that the instrument reads it right."""

import random
import time
from pathlib import Path

import pytest

from chains.authoring.checking import eased, failures, misread_paraphrases, misreadings, unreadable
from chains.authoring.drafting import draft, drafts_in
from chains.authoring.model_proposals import entries_in, place_of
from chains.authoring.paraphrasing import paraphrases, wordings
from chains.authoring.passages import passages, title_of
from chains.authoring.proposing import MOST_FACTS, Text, by_rule, propose, words_of
from chains.authoring.subject_finder import Untyped
from chains.errors import BadInput
from chains.models.channel.codebook import codebook
from chains.scoring.facts.instrument import Instrument
from chains.worlds.facts.ledger import Slot
from chains.worlds.files.source_documents import read_document
from chains.worlds.world import World

FOLDER = Path(__file__).parent / "documents"
OPAQUE = "a time of day, an address, a version or a sign that can't be typed"
NAMES = ("incident.txt", "status_mail.txt", "minutes.txt", "review.md")


def text_of(name):
    return Text(name, read_document(FOLDER / name))


def proposed(*names, **options):
    documents = [text_of(name) for name in names]
    return propose(by_rule(documents), documents, **options)


def slots_of(fact):
    return {slot.name: slot.text for slot in fact.slots}


@pytest.mark.parametrize("name", NAMES)
def test_every_quote_stands_in_its_document_word_for_word(name):
    content = read_document(FOLDER / name)
    found = proposed(name)
    assert len(found.facts) >= 7
    for one in found.facts:
        assert content[one.quote.start : one.quote.end] == one.quote.text
        assert (one.fact.valence, one.fact.severity) == ("neutral", 1), "only a person can say what is bad"


@pytest.mark.parametrize("name", NAMES)
def test_the_instrument_reads_what_is_proposed(name):
    """All quotes together keep every fact; without its own quote none is kept; another value is another value."""
    found = proposed(name)
    facts = [one.fact for one in found.facts]
    quotes = {one.fact.id: words_of(one.quote, {}) for one in found.facts}
    assert unreadable(facts, quotes) == {}
    for fact in facts:
        assert failures(fact, quotes[fact.id]) == []
    read = Instrument(facts).read("\n".join(fact.render(1) for fact in facts))
    assert {fact.id: read[fact.id].fate for fact in facts} == dict.fromkeys(quotes, "kept")


def test_what_is_left_out_is_counted_so_that_nothing_goes_missing():
    """Each sentence of the four documents gives facts, claims or reasons; one of two clauses may give each."""
    documents = [text_of(name) for name in NAMES]
    sentences = by_rule(documents)
    found = proposed(*NAMES, most=500)
    assert found.looked_at >= len(sentences)
    assert found.left_out["a question"] == 1
    assert [one.reason for one in found.sentences if one.quote.text.endswith("?")] == ["a question"]
    assert len(found.sentences) == found.left_out.total()
    content = {document.name: document.content for document in documents}
    for quote, _ in found.sentences:
        assert content[quote.document][quote.start : quote.end] == quote.text


@pytest.mark.parametrize(
    ("sentence", "subject", "slots"),
    [
        ("Pump P-12 was delivered three weeks late.", "Pump P-12", {"time": "3 weeks", "way": "late"}),
        ("7 of 40 pressure tests on line L-2 failed.", "line L-2", {"count": "7 of 40", "way": "failed"}),
        ("The fire audit was passed on March 4th, 2031.", "fire audit", {"way": "passed", "day": "4 March 2031"}),
        ("Ilmar’s price rose by 18 percent.", "Ilmar", {"way": "rose", "share": "18 percent"}),
        ("We stopped reactor R-2 for 3 hours.", "reactor R-2", {"way": "stopped", "time": "3 hours"}),
        ("The refit of tank T-4 is EUR 4,200 over budget.", "tank T-4", {"sum": "EUR 4,200", "way": "over"}),
        (
            "Vendor Ilmar delivers the seals S-4 26 days late.",
            "Vendor Ilmar",
            {"name": "S-4", "time": "26 days", "way": "late"},
        ),
        ("Crew A finished the drill on Tuesday.", "Crew A", {"weekday": "Tuesday"}),
        ("Pump P-12 was delivered 3,5 weeks late.", "Pump P-12", {"time": "3.5 weeks", "way": "late"}),
        ("The outage of line L-2 took 3 h 20 min.", "line L-2", {"time": "200 min"}),
        ("About 40 valves of line L-2 were replaced.", "line L-2", {"number": "40"}),
        ("Pump P-12 arrived in March with 3 scratches.", "Pump P-12", {"month": "March", "number": "3"}),
        ("Plant Eastgate was built in 1987 by Kolbing.", "Plant Eastgate", {"year": "1987", "name": "Kolbing"}),
        (
            "The alarm of line L-2 at 10:42 lasted 3 minutes.",
            "line L-2",
            {"clock": "10:42", "time": "3 minutes"},
        ),
        ("Tank T-9 was down from 9:12 to 12:32.", "Tank T-9", {"way": "was down", "clock": "09:12", "clock2": "12:32"}),
        ("There were 64 passengers on board.", "passengers", {"number": "64"}),
        ("We have enrolled 143 of 200 patients.", "patients", {"count": "143 of 200"}),
        ("A penalty of EUR 25,000 is due.", "penalty", {"sum": "EUR 25,000"}),
        ("The supplier, Vetter GmbH, is late.", "supplier", {"name": "Vetter GmbH", "way": "late"}),
        ("The night shift finished order 5520 by noon.", "night shift", {"name": "5520"}),
        ("The club now has 214 members.", "club", {"number": "214"}),
        ("Additional costs amount to CHF 280'000.", "additional costs", {"sum": "CHF 280,000"}),
        ("The fee of Kolbing is 1.200,50 €.", "Kolbing", {"sum": "€ 1,200.5"}),
        ("The surcharge of Kolbing is 3,5 %.", "Kolbing", {"share": "3.5%"}),
        ("Good news: valve V-204 passed 14 checks.", "valve V-204", {"way": "passed", "number": "14"}),
        (
            "**Line L-2**: vibration 1.9 mm/s, up 0.8 mm/s",
            "Line L-2",
            {"amount": "1.9 mm/s", "way": "up", "amount2": "0.8 mm/s"},
        ),
    ],
)  # fmt: skip
def test_numbers_dates_names_and_directions_are_typed(sentence, subject, slots):
    fact = draft(sentence)
    assert (fact.subject, slots_of(fact)) == (subject, slots)
    assert failures(fact, sentence) == []


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Pump P-12 was not delivered on 4 March.", "a denial, which the instrument can't type"),
        ("Pump P-12 may be 3 weeks late.", "conditional or uncertain"),
        ("If it rains, pump P-12 is 3 weeks late.", "conditional or uncertain"),
        ("Was pump P-12 really 3 weeks late?", "a question"),
        ("It was 3 weeks late again.", "its subject is only a pronoun"),
        ("This pump was delivered 3 weeks late.", "its subject is only pointed at"),
        ("Pump P-12 needs 3-4 weeks more work.", "a limit or a range"),
        ("Module auth moved to version 2.14.3 on 4 March.", OPAQUE),
        ("Pumps P-12 and P-13 were 3 weeks late.", "several subjects"),
        ("Tank T-9 fell to −5 degrees.", "a number below zero"),
        ("Cube C-3 gave 31 N/mm2 on 4 May.", "a unit that can't be typed"),
        ("The cause was a wrong setting of balancer LB-7.", "a cause"),
        ("The first of them starts on 1 May.", "its subject is only a pronoun"),
        ("Pump P-12 costs a third of the budget.", "a number that can't be typed"),
        ("The cost of pump P-12 rose by EUR 56.000.", "a number that can be read in two ways"),
        ("Dr. Okonjo approved 2 posts for ward 4B.", "a code that can't be typed"),
        ("Pump P-12 is now resolved after 3 days.", "a word that could be turned round and can't be typed"),
        ("Everything runs as it should, thank you.", "conditional or uncertain"),
        ("The pump runs as nicely as ever before.", "no typed value"),
        ("Police say that pump P-12 was 3 weeks late.", "somebody's word or opinion"),
        ("The contract was signed by Anna Kowalska.", "only names, which leave open what happened"),
        ("Here pump P-12 was opened for 3 hours.", "no clear subject"),
        ("Eventually arrives 3 weeks late.", "no clear subject"),
    ],
)  # fmt: skip
def test_what_can_t_be_typed_is_left_out_with_its_reason(sentence, reason):
    with pytest.raises(Untyped, match=reason.replace("(", r"\(")):
        draft(sentence)


def test_a_sentence_is_about_what_is_told_and_not_about_who_told_it():
    (one,), _ = drafts_in("Lindqvist reported that pump P-12 was delivered 2 weeks late.")
    assert (one.fact.subject, one.start) == ("pump P-12", len("Lindqvist reported that "))


def test_a_time_of_day_at_either_end_is_cut_off_and_the_quote_with_it():
    (one,), reasons = drafts_in("At 09:15 UTC the error rate of gateway GW-2 rose from 0.4% to 38%.")
    assert (one.start, one.fact.subject, reasons) == (13, "gateway GW-2", [])
    (one,), _ = drafts_in("[09:40] Node N-3 restarted after 12 minutes.")
    assert one.start == len("[09:40] ")


def test_clauses_that_stand_by_themselves_are_facts_of_their_own():
    text = "Pump P-12 came 3 weeks late, but the refit of tank T-4 is EUR 4,200 over budget."
    found, reasons = drafts_in(text)
    assert [text[one.start : one.end] for one in found] == [
        "Pump P-12 came 3 weeks late", "the refit of tank T-4 is EUR 4,200 over budget",
    ]  # fmt: skip
    assert reasons == []


def test_an_instruction_in_a_document_is_only_text():
    """Nothing of it is obeyed, filled in or typed; at most a person is asked whether it is a claim."""
    found = proposed("injected.txt")
    typed = [one.fact for one in found.facts if one.fact.slots]
    assert [fact.subject for fact in typed] == ["drill string D-8", "mud pump MP-2"]
    assert not any("R-5" in fact.render(0) or "P-1" in fact.render(0) for fact in typed)
    claims = [one.fact.render(0) for one in found.facts if not one.fact.slots]
    assert "{{ 7 7 }} {% raise %} [bold]Pump P-1[/bold] came {delay} 4 weeks late." in claims


def test_the_same_said_twice_is_one_fact():
    twice = Text(
        "twice.txt",
        "Pump P-12 came 3 weeks late.\n\nPump P-12 was late by three weeks.\n\nPump P-12 came 3 weeks late.",
    )
    found = propose(by_rule([twice]), [twice])
    assert len(found.facts) == 1
    assert found.left_out["said in another place already"] == 2


def test_statements_that_can_t_be_told_apart_are_not_both_kept():
    """What is kept in the text of others would be read as kept when a report has dropped it."""
    alike = Text(
        "alike.txt", "Pump P-12 was delivered 3 weeks late.\n\nThe delivery of pump P-12 came 3 weeks behind schedule."
    )
    found = propose(by_rule([alike]), [alike])
    assert len(found.facts) == 1
    assert found.left_out.total() == 1


def test_no_more_facts_than_asked_for_are_drawn_the_same_every_time():
    few = proposed(*NAMES, most=9)
    assert len(few.facts) == 9
    assert [one.quote for one in few.facts] == [one.quote for one in proposed(*NAMES, most=9).facts]
    assert len({one.quote.document for one in few.facts}) >= 3, "not the beginning of the first document"
    order = [(NAMES.index(one.quote.document), one.quote.start) for one in few.facts]
    assert order == sorted(order)
    assert few.left_out["beyond the number of facts asked for"] > 10


def test_invented_names_are_consistent_and_leave_no_name_of_the_document():
    found = proposed("status_mail.txt", rename=True)
    said = " ".join(one.fact.render(0) for one in found.facts)
    for name in ("Kolbing", "P-12", "V-204", "L-3"):
        assert name in found.names
        assert name not in said
    assert "Supplier" in said
    assert said.count(found.names["Kolbing"]) == 2
    assert found.names["P-12"].startswith("P-")
    assert proposed("status_mail.txt", rename=True).names == found.names
    quotes = {one.fact.id: words_of(one.quote, found.names) for one in found.facts}
    assert unreadable([one.fact for one in found.facts], quotes) == {}
    assert all("Kolbing" not in quote for quote in quotes.values())


def test_layout_is_no_sentence_and_line_ends_are_kept_in_places():
    """CRLF, bold, a table, code: the places are the file's own, the table and the code say nothing."""
    content = read_document(FOLDER / "review.md")
    assert "\r\n" in content
    found = list(passages(content))
    assert all(content[one.start : one.end].split() == one.text.split() for one in found)
    assert not any("exploded" in one.text or "uptime" in one.text for one in found)
    assert title_of(content) == "Quarterly review: Projekt “Möwe”"
    assert title_of(read_document(FOLDER / "status_mail.txt")) == "Weekly status, pumping station Eastgate"


def test_what_can_t_be_seen_comes_into_no_statement():
    """Escapes and marks that turn the direction are in the quote, which is verbatim, and nowhere else."""
    hidden = Text(
        "hidden.txt", "\u200fPump\u202e P-7 \x1b[2mleaked 3 litres on 4 March.\n\nLine\u200b L-2 rose by 5 mm."
    )
    found = propose(by_rule([hidden]), [hidden])
    assert "Line L-2 rose by 5 mm." in [one.fact.render(0) for one in found.facts]
    assert all(one.fact.render(at).isprintable() for one in found.facts for at in (0, 1))
    assert all(hidden.content[one.quote.start : one.quote.end] == one.quote.text for one in found.facts)


def test_wrapped_lines_are_one_sentence_and_short_lines_are_not():
    wrapped = (
        "The commissioning of the new cooling pump P-12 is three\nweeks behind schedule. "
        "Valve V-2 passed 14 checks on\nThursday."
    )
    assert [one.text for one in passages(wrapped)] == [
        "The commissioning of the new cooling pump P-12 is three weeks behind schedule.",
        "Valve V-2 passed 14 checks on Thursday.",
    ]
    listed = "Pump P-12: 3 weeks late\nTank T-4: EUR 4,200 over budget\n"
    assert len(list(passages(listed))) == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text in UTF-8"),
        (b"Pump P-12\x00 was late", "holds zero bytes"),
        ("Grüße".encode("latin-1"), r"not text in UTF-8 \(byte 3\)"),
        ("Pump".encode("utf-16"), "not text in UTF-8"),
        (b"x" * 10_000_001, "10,000,000 are the most"),
    ],
)
def test_what_is_no_document_is_refused_in_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "some.txt"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=sentence):
        read_document(path)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    path = tmp_path / "some.txt"
    path.write_bytes("\ufeffPump P-12 was 3 weeks late.".encode())
    assert read_document(path).startswith("Pump")
    with pytest.raises(BadInput, match=r"no document .*soem.txt'; did you mean .*some.txt"):
        read_document(tmp_path / "soem.txt")
    with pytest.raises(BadInput, match="is no file"):
        read_document(tmp_path)


def test_a_megabyte_is_read_and_every_sentence_of_it_accounted_for():
    """Thousands of sentences are drafted and a few are checked; what stands in a table is no sentence."""
    draw = random.Random(1)
    lines = [
        f"Pump P-{number} was delivered {draw.randrange(2, 90)} days {draw.choice(['late', 'early'])}."
        for number in range(1000, 3500)
    ]
    table = "| pump | days | remarks of the inspector on the day of delivery |\n" * 15_000
    document = Text("large.md", "\n\n".join(lines) + "\n\n" + table)
    assert len(document.content) > 1_000_000
    started = time.perf_counter()
    found = propose(by_rule([document]), [document])
    assert time.perf_counter() - started < 60
    assert (len(found.facts), found.looked_at) == (MOST_FACTS, 2500)


def test_a_quote_that_does_not_stand_in_the_document_points_nowhere():
    content = (
        "After much ado the cooling pump P-12 was delivered only\n"
        "3 weeks late. It is not true that the old storage tank\nT-4 leaked 3 litres."
    )
    near = list(passages(content))
    assert [one.text for one in place_of("P-12 was delivered only 3 weeks", content, near)] == [near[0].text]
    assert place_of("pump P-12 was delivered only 3 weeks early", content, near) == []
    (whole,) = place_of("storage tank T-4 leaked 3 litres", content, near)
    assert whole.text.startswith("It is not true that"), "what denies a quote can't be cut off"


def test_replies_are_read_also_where_they_were_cut_off():
    reply = 'Here: {"facts": [{"quote": "A \\"b\\" c.", "subject": "A"}, {"quote": "D.", "subject": "E"}, {"quote": "F'
    assert list(entries_in(reply)) == [('A "b" c.', "A"), ("D.", "E")]
    assert list(entries_in('{"facts": []} [1, 2')) == []


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("The cost of work package W-80 rose by EUR 56.000.", None),
        ("Pump P-12 weighs 1.250 kg.", None),
        ("Pump P-12 was delivered 3,5 weeks late.", 3.5),
        ("The fee of Kolbing is 1.200,50 €.", 1200.5),
        ("The order for site S-4 comes to CHF 1'200.", 1200),
        ("The order for site S-4 comes to CHF 1’234’567.50.", 1234567.5),
    ],
)
def test_a_number_of_another_country_is_right_or_stays_in_the_words_of_a_claim(sentence, value):
    """A claim is read in its own words only, so no other number can be made of it."""
    (one,), _ = drafts_in(sentence)
    assert [slot.value for slot in one.fact.slots if slot.kind == "number"] == ([] if value is None else [value])
    if value is None:
        assert one.fact.render(0) == sentence


def test_of_two_values_that_the_rules_can_t_tell_apart_one_is_context():
    sentence = "Patient 4471 was given 50 mg of metoprolol instead of 25 mg."
    fact = draft(sentence)
    assert failures(fact, sentence)
    other = eased(fact, sentence)
    assert other is not None
    assert [slot.key for slot in other.slots] in ([True, False], [False, True])
    assert misreadings(other, sentence) == []


@pytest.mark.parametrize(
    ("slot", "texts"),
    [
        (Slot(name="n", kind="number", value=200, unit="minutes"), {"3 hours 20 min"}),
        (Slot(name="n", kind="number", value=3, unit="weeks"), {"three weeks", "21 days"}),
        (Slot(name="n", kind="number", value=25000, unit="EUR"), {"€25,000", "EUR 25k"}),
        (Slot(name="n", kind="number", value=22, unit="mm"), {"2.2 cm"}),
        (Slot(name="n", kind="number", value=18, unit="%"), {"18 per cent"}),
        (Slot(name="n", kind="count", value=7, of=40), {"7 out of 40", "seven of the 40"}),
        (Slot(name="n", kind="date", value="03-04"), {"March 4", "the 4th of March"}),
    ],
)
def test_a_paraphrase_puts_a_value_in_another_writer_s_words(slot, texts):
    assert set(wordings(slot)) == texts


def test_paraphrases_are_right_or_have_a_wrong_value_and_are_read_so():
    fact = draft("Waiting times in the call centre rose from 4 to 31 minutes.")
    tried = list(paraphrases(fact))
    assert any("was 4 minutes, now 31 minutes" in text for _, text, _ in tried)
    assert {right for _, _, right in tried} == {True, False}
    assert not {text for _, text, _ in tried} & set(fact.renderings())
    assert misread_paraphrases(fact) == []


@pytest.mark.parametrize(
    ("message", "fate"),
    [
        ("Tank T-9 was down from 9.12 am until 12:32.", "kept"),
        ("Tank T-9 was down from 09:15 until 12:32.", "altered"),
        ("Tank T-9 was down from 09:12 until noon.", "blurred"),
        ("Tank T-9 was down from 09:12 pm until 12:32.", "altered"),
    ],
)
def test_a_time_of_day_is_a_value(message, fate):
    fact = draft("Tank T-9 was down from 09:12 until 12:32.")
    assert Instrument([fact]).read(message)[fact.id].fate == fate


@pytest.mark.parametrize("name", NAMES)
def test_wrong_values_are_told_beside_the_other_facts_too(name):
    """Otherwise a run on the synthetic channel would find losses that were not planted."""
    facts = tuple(one.fact for one in proposed(name).facts)
    world = World(scenario=name, version="1", seed=0, setting="documents", title=name, facts=facts)
    instrument = Instrument(facts)
    for sentence, state in codebook(world).states.items():
        if state.fate in ("altered", "inverted"):
            read = instrument.read(sentence)[state.fact].fate
            named = state.variant.startswith("name")  # another name may be read as altered, blurred or omitted
            assert read != "kept" if named else read == state.fate, sentence
