"""Reports in another language: noticed, counted and no finding; never silently omitted."""

import json
import tomllib
from pathlib import Path

import pytest

from chains.models.provider import Reply
from chains.scoring.facts.reader import Reader
from chains.scoring.text.language import foreign_language
from chains.worlds.scenario.watermelon import watermelon

LABELLED = Path(__file__).parent / "labelled"
OTHERS = [
    "Die Pumpe P-12 wurde drei Wochen zu spät geliefert, und das Arbeitspaket W-80 liegt 56.000 Euro über dem Budget.",
    (
        "- W-71: Abschlussbericht 11 Tage zu spät eingereicht\n- W-71: 69.000 CHF über Budget ausgegeben\n"
        "- F-35: 26 weitere Proben in diesem Monat\n- S-12: 21 von 53 Wiederholungen nicht bestanden"
    ),
    "Der Heizungstank T-47 ist 64.000 EUR teurer als geplant. Die Mannschaft C-64 hat zwei Schweißer verloren.",
    "La pompe P-12 a été livrée avec trois semaines de retard et le lot W-80 dépasse le budget de 56 000 euros.",
    (
        "- W-71 : rapport final remis avec 11 jours de retard\n- F-35 : 26 échantillons de plus ce mois-ci\n"
        "- S-12 : 21 mesures sur 53 ont échoué"
    ),
    "Le statut général est rouge. L'équipe C-64 a perdu deux soudeurs ce mois-ci et le joint de la pompe fuit.",
    "La bomba P-12 se entregó con tres semanas de retraso y el paquete W-80 supera el presupuesto en 56.000 euros.",
    (
        "- W-71: informe final entregado 11 días tarde\n- F-35: 26 muestras más este mes\n"
        "- S-12: 21 de 53 repeticiones fallaron"
    ),
    "El estado general es rojo. El equipo C-64 perdió dos soldadores este mes y la junta de la bomba tiene fugas.",
    "泵P-12晚了三周才交付，工作包W-80超出预算56,000欧元，本月C-64班组失去了两名焊工，阀门测试中有两次失败。",
    "状态报告：总体状态为红色。最终报告迟交了十一天，支出超出预算六万九千瑞士法郎，样本增加了二十六个。",
    "ポンプP-12は3週間遅れて納入されました。作業パッケージW-80は予算を56,000ユーロ超過しています。",
    "最終報告書は11日遅れで提出されました。支出は予算を69,000スイスフラン上回っています。今月は26個の試料が増えました。",
    "Het werkpakket W-80 zit 56.000 euro boven het budget en de pomp P-12 is drie weken te laat geleverd.",
    "Насос P-12 поставлен на три недели позже срока, а рабочий пакет W-80 превысил бюджет на 56 000 евро.",
]


def english():
    for name in ("pairs", "strong_prose", "twisted", "tricky"):
        path = LABELLED / f"{name}.jsonl"
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            yield json.loads(line)["message"]
    for path in LABELLED.glob("*.toml"):
        yield from (example["text"] for example in tomllib.loads(path.read_text(encoding="utf-8")).get("examples", ()))


@pytest.mark.parametrize("message", OTHERS)
def test_a_report_in_another_language_is_noticed(message):
    assert foreign_language(message) is not None


def test_no_labelled_english_message_is_taken_for_another_language():
    """Five words a line, tables, and what a small model garbles are among them."""
    messages = list(dict.fromkeys(english()))
    assert len(messages) >= 400
    assert [message for message in messages if foreign_language(message)] == []


@pytest.mark.parametrize("message", ["", "Pumpe P-12 zu spät.", "P-12: 3 | W-80: 56,000 | S-12: 21/53 " * 5])
def test_a_message_of_few_words_is_of_no_language(message):
    assert foreign_language(message) is None


def test_a_reading_says_which_language_it_could_not_read():
    world = watermelon(1, facts=6)
    held = frozenset(fact.id for fact in world.facts)
    seen = Reader(world).read(Reply(text=OTHERS[0]), hop=1, held=held, heard=[])
    assert seen.language == "de"
    assert Reader(world).read(Reply(text=world.facts[0].render(0)), hop=1, held=held, heard=[]).language is None
