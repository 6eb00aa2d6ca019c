"""The options of each verb. Imports nothing that takes time, so that `--help` is quick."""

import argparse
from collections.abc import Callable

from chains import VERSION
from chains.terminal.handing_on_options import delete, export, import_, pack, report, tag
from chains.terminal.instrument_options import agree, calibrate, fates, judge
from chains.terminal.options import (
    a_run,
    as_tables,
    cluster,
    continuations,
    count,
    events,
    limits,
    person,
    positive,
    reader,
    reuse,
    settings,
    waits,
)
from chains.terminal.options import as_json as _json
from chains.terminal.people_options import answer, forget, read
from chains.terminal.program import started


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("experiment", nargs="?", help="an experiment file, or its name in runs/ (default: a small one)")
    settings(parser)
    parser.add_argument(
        "--human", action="append", default=[], metavar="WHO",
        help="give these seats to a person: a level's number, a seat or a role, and how they sit, as in L1=edit "
        "(write, edit, approve, advised, advise; default: write)",
    )  # fmt: skip
    person(parser)
    waits(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="what it would take: calls, tokens, money, time; run nothing"
    )
    parser.add_argument(
        "--from", metavar="RUN", dest="like",
        help="take the experiment, prompts and models of this run, and change what --set says",
    )  # fmt: skip
    parser.add_argument(
        "--shard", metavar="I/N",
        help="drive this part of the trials alone, 0/N to N-1/N, each in a process of its own; `merge` joins them",
    )  # fmt: skip
    cluster(parser)
    parser.add_argument(
        "--extend", metavar="RUN",
        help="add to this run what --set says (replicates=6, worlds=10, more settings of a factor); only that is asked",
    )  # fmt: skip
    reuse(parser, "take these runs' replies to exactly the same requests in place of calls; `all`: those of any run")
    limits(parser)
    events(parser)
    as_tables(parser)


def _fork(parser: argparse.ArgumentParser) -> None:
    a_run(parser)
    parser.add_argument(
        "--at", metavar="WHERE",
        help="from whom on everything is asked again: a seat, a role, a level's number, hop.N, or start (default: "
        "whoever is asked something else than before)",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], dest="settings", metavar="KEY=VALUE",
        help="what changes, for the seats of --at where seats may differ in it: prompt, model, temperature, remedy",
    )  # fmt: skip
    parser.add_argument("--trial", metavar="TRIAL", help="fork this trial alone (default: all)")
    parser.add_argument(
        "--message", metavar="FILE", help="with --trial and --at: what that seat is to have said; - reads stdin"
    )
    parser.add_argument(
        "--edit", choices=("message", "prompt"), help="edit that seat's message, or its prompt, in $EDITOR"
    )
    parser.add_argument(
        "--times",
        type=continuations,
        default=1,
        metavar="N",
        help="go on N times, each with draws of its own (default: 1)",
    )
    parser.add_argument("--dry-run", action="store_true", help="what it would take; run nothing")
    limits(parser)
    events(parser)
    as_tables(parser)


def _blame(parser: argparse.ArgumentParser) -> None:
    a_run(parser)
    parser.add_argument(
        "--set", action="append", default=[], dest="settings", metavar="KEY=VALUE",
        help="who sits in a replaced seat, as in model=NAME or prompt=honest (default: verbatim relay, and as many "
        "words of it as the seat wrote)",
    )  # fmt: skip
    parser.add_argument(
        "--swap",
        metavar="A,B",
        help="exchange the holders of two seats: does the loss go with them, or stay?",
    )
    parser.add_argument("--levels", action="store_true", help="replace whole levels, not single seats")
    parser.add_argument(
        "--condition", metavar="NAME", help="this condition alone, as c1 or prompt=career (default: all)"
    )
    parser.add_argument(
        "--times", type=continuations, default=1, metavar="K",
        help="continuations of each trial, with as many unchanged ones as control (default: 1, against the run itself)",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="say what it would ask; ask nothing")
    limits(parser)
    as_tables(parser)


def _merge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="shards: ids, unique beginnings of them, paths; one stands for all here"
    )
    _json(parser)


def _resume(parser: argparse.ArgumentParser) -> None:
    a_run(parser)
    parser.add_argument(
        "--set", action="append", default=[], dest="settings", metavar="limits.KEY=N",
        help="a higher limit: limits.calls, .tokens, .cost, .minutes, .trials",
    )  # fmt: skip
    parser.add_argument(
        "--again", action="store_true", help="ask again for exactly what was logged and is gone from the log"
    )
    person(parser)
    waits(parser)
    cluster(parser)
    reuse(parser, "as in `run`, from now on; `none`: take none (default: as the run was begun)")
    limits(parser)
    events(parser)
    as_tables(parser)


def _view(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=positive, metavar="N", help="where it listens (default: 8723, or any that is free)"
    )
    parser.add_argument("--no-open", action="store_true", help="open no browser")
    parser.add_argument("--host", metavar="H", help="another address to listen at than this machine's own")
    parser.add_argument(
        "--others-can-connect", action="store_true",
        help="with --host: let every machine that reaches that address connect; nothing that is sent is encrypted",
    )  # fmt: skip
    _json(parser)


def _show(parser: argparse.ArgumentParser) -> None:
    a_run(parser)
    parser.add_argument(
        "--trial", nargs="?", const="", metavar="TRIAL",
        help="who said what, hop by hop, with the fate of every fact (default: the first trial)",
    )  # fmt: skip
    parser.add_argument(
        "--hop", type=positive, metavar="N",
        help="one hop of a trial: what the seat was asked, what it said, what was lost or changed there, and why",
    )  # fmt: skip
    parser.add_argument("--prompts", action="store_true", help="with --trial: exactly what each seat was asked")
    parser.add_argument("--round", type=int, metavar="N", help="with --trial: which of its rounds (default: the last)")
    parser.add_argument("--why", action="store_true", help="with --trial: say for every fate which words decided it")
    parser.add_argument(
        "--profile", action="store_true",
        help="which hop and which seat does the damage: what each was given, passed on and lost",
    )  # fmt: skip
    parser.add_argument(
        "--alike",
        action="store_true",
        help="do conditions lose the same facts? correlation of losses between and within",
    )
    parser.add_argument("--audits", action="store_true", help="what auditors found, seat by seat, and what they missed")
    parser.add_argument("--graph", action="store_true", help="the hierarchy as a tree and as Mermaid")
    reader(parser)
    as_tables(parser)


def _replay(parser: argparse.ArgumentParser) -> None:
    a_run(parser)
    parser.add_argument("--verify", action="store_true", help="recompute every digest and fate, and compare")
    parser.add_argument(
        "--step", nargs="?", const="", metavar="TRIAL",
        help="go through a trial message by message, forward and back (default: the first trial)",
    )  # fmt: skip
    parser.add_argument(
        "--seconds", type=positive, default=2, metavar="N", help="with --step: how long each stands while it plays"
    )
    as_tables(parser)


def _compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="RUN|CONDITION",
        help="a run (default: last), several runs, or several conditions, all others against the first: a condition's "
        "id, factor=setting,..., a setting alone such as a prompt configuration, or RUN:CONDITION",
    )  # fmt: skip
    parser.add_argument(
        "--by", metavar="FACTOR[=SETTING],...",
        help="in each run: compare this factor's settings, or all combinations of several factors', with the first, or "
        "with the one named (default: the factor that varies, where just one does)",
    )  # fmt: skip
    parser.add_argument(
        "--measures", metavar="NAME,...", help="these measures alone (default: what was registered, and what moves)"
    )
    parser.add_argument("--all", action="store_true", help="all measures that have figures")
    parser.add_argument(
        "--fail-if", action="append", default=[], metavar="CHECK",
        help="end with status 1 where this holds: 'retention < -0.05' (b - a), 'retention.high < 0' (its interval), "
        "'distortion at equal words > 5%%'; fields: difference, low, high, a, b, p, p_adjusted",
    )  # fmt: skip
    parser.add_argument(
        "--messages",
        type=count,
        metavar="N",
        help="pairs that differ most, shown side by side (default: 1, and of several comparisons none)",
    )
    parser.add_argument("--trial", metavar="TRIAL", help="this trial beside its partner alone, hop by hop")
    parser.add_argument(
        "--equal-words", action="store_true", help="compare at equal words however many pairs there are"
    )
    reader(parser)
    as_tables(parser)


def _law(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources", nargs="*", metavar="RUN_OR_FILE",
        help="runs, whose conditions are taken together, or CSV or JSONL files with world, replicate, depth (in hops), "
        "statement, hop, fate, and perhaps valence, weight, condition (default: last)",
    )  # fmt: skip
    parser.add_argument("--by", metavar="FACTOR", help="contrast the settings of this factor, all others alike")
    parser.add_argument("--figure", metavar="FILE", help="write the curves to a .svg, .png or .pdf file")
    parser.add_argument(
        "--exact", action="store_true",
        help="take the fates in the files as known without error: people settled them, or a channel planted them",
    )  # fmt: skip
    parser.add_argument(
        "--resamples",
        type=positive,
        metavar="N",
        help="fit every law to N resamples of the worlds too, which takes a while (default: none)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the resampling (default: 0)")
    reader(parser)
    as_tables(parser)


def _plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("experiment", help="an experiment file, or its name in runs/")
    settings(parser)
    parser.add_argument(
        "--assume", action="append", default=[], metavar="NAME=NUMBER",
        help="an effect (q, k, bad, more) or a loss (loss, worker, fact_sd, chain_sd) in place of the usual one",
    )  # fmt: skip
    parser.add_argument(
        "--studies", type=positive, default=200, metavar="N",
        help="how much is drawn: as exact as if N studies were drawn and analysed one by one (default: 200)",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the draws (default: 0)")
    as_tables(parser)


def _pilot(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("experiment", nargs="?", help="an experiment file, or its name in runs/ (default: a small one)")
    settings(parser)
    parser.add_argument(
        "--worlds", type=positive, default=8, metavar="N", help="worlds that each load is tried on (default: 8)"
    )
    parser.add_argument("--dry-run", action="store_true", help="what it would take at most; run nothing")
    limits(parser)
    as_tables(parser)


def _load(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="runs with several loads, as for `show`, or all of an experiment, as in depth-pilot (default: last)",
    )
    parser.add_argument(
        "--hops", type=positive, metavar="N", help="over how many hops (default: 4, or as many as the chains have)"
    )
    parser.add_argument("--figure", metavar="FILE", help="write the curves to a .svg, .png or .pdf file")
    as_tables(parser)


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", default="runs", metavar="WHAT",
        choices=("runs", "experiments", "scenarios", "prompts", "models", "measures", "remedies", "settings"),
        help="runs (default), experiments, scenarios, prompts, models, measures with a glossary, remedies, settings",
    )  # fmt: skip
    parser.add_argument("--experiment", metavar="NAME", help="runs of this experiment alone")
    parser.add_argument("--since", metavar="DATE", help="runs that began on or after this day (2026-11-24), UTC")
    parser.add_argument("--until", metavar="DATE", help="runs that began on or before this day, UTC")
    parser.add_argument(
        "--status", metavar="STATUS",
        choices=("finished", "running", "unfinished", "failed", "waiting", "imported", "unreadable"),
        help="finished, running, unfinished, failed (some trials), waiting, imported or unreadable runs alone",
    )  # fmt: skip
    parser.add_argument("--model", metavar="TEXT", help="runs with a model whose name holds this text")
    parser.add_argument("--condition", metavar="TEXT", help="runs with a condition that holds this text: prompt=career")
    parser.add_argument("--tag", metavar="TAG", help="runs with this tag")
    parser.add_argument(
        "--search", metavar="TEXT", help="runs whose tags, note, experiment, conditions or finding hold this text"
    )
    as_tables(parser)


def _models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="MODEL", help="models to check (default: the embedded one)")
    parser.add_argument("--experiment", metavar="FILE", help="check all models of this experiment file")
    parser.add_argument(
        "--fetch", metavar="NAME", help="fetch the weights of the embedded model, smollm2 (98 MB), once; ask no model"
    )
    _json(parser)


def _world(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=("from", "confirm", "check"), metavar="from|confirm|check",
        help="make a world file from documents; go on confirming one; try the instrument on any",
    )  # fmt: skip
    parser.add_argument("paths", nargs="+", metavar="PATH", help="documents (text, Markdown, mail), or a world file")
    parser.add_argument("--out", metavar="FILE.toml", help="the world file (default: named after the first document)")
    parser.add_argument(
        "--model", metavar="MODEL", help="let a model choose the quotes (default: every sentence, by rule)"
    )
    parser.add_argument("--models", dest="defined", metavar="FILE", help="an experiment file that has [models.NAME]")
    parser.add_argument(
        "--rename", action="store_true", help="replace all names and codes by invented ones, the same everywhere"
    )
    parser.add_argument("--facts", type=positive, metavar="N", help="at most N facts (default: 24)")
    parser.add_argument("--unasked", action="store_true", help="ask nobody; what is proposed stays unverified")
    limits(parser)
    _json(parser)


VERBS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None], str]] = {
    "run": ("run an experiment and log it", _run, "mazedom run --set depth=2,4 --set prompt=honest,career"),
    "fork": (
        "go on from a run with one thing changed; only what follows is asked",
        _fork,
        "mazedom fork last --at L2 --set prompt=honest",
    ),
    "blame": (
        "which seat does the damage: replace one after another",
        _blame,
        "mazedom blame last --times 4",
    ),
    "resume": ("go on with an unfinished run", _resume, "mazedom resume last --set limits.calls=2000"),
    "merge": ("join shards of a run (run --shard I/N) into one", _merge, "mazedom merge last"),
    "answer": (
        "work through what waits for you in a run's seats",
        answer,
        "mazedom answer last --as anna",
    ),
    "view": (
        "runs, trials and the inboxes of people, as pages in a browser",
        _view,
        "mazedom view --no-open",
    ),
    "list": (
        "runs, experiments, prompts, measures with a glossary, settings, ...",
        _list,
        "mazedom list runs --status failed",
    ),
    "show": ("results of a run; --trial: who said what, hop by hop", _show, "mazedom show last --trial"),
    "replay": ("play a run back from its log, no model called", _replay, "mazedom replay runs/sample --verify"),
    "compare": ("runs or conditions, paired: who does better", _compare, "mazedom compare last honest career"),
    "plan": ("what an experiment could find, and what it would take", _plan, "mazedom plan depth --set worlds=24"),
    "pilot": (
        "find the load at which a model can be told something about",
        _pilot,
        "mazedom pilot depth --set model=ollama:qwen3",
    ),
    "load": (
        "retention against load: how many facts each model carries",
        _load,
        "mazedom load last --figure load.svg",
    ),
    "law": (
        "the law of decay, and whether it is worse than linear in the depth",
        _law,
        "mazedom law last --figure law.svg",
    ),
    "models": ("which models answer, and how fast", _models, "mazedom models smollm2 ollama:qwen3"),
    "import": (
        "chains that others logged, as a run",
        import_,
        "mazedom import chains mine.csv --world runs/worlds/kestrel.toml",
    ),
    "export": (
        "a run for other tools: tables, OpenTelemetry spans, an Inspect log",
        export,
        "mazedom export last --to tables",
    ),
    "pack": ("a run in one file, whole or without its texts", pack, "mazedom pack last --redact"),
    "report": ("runs as one page for a colleague, HTML or Markdown", report, "mazedom report last --out report.html"),
    "tag": ("tags and a note for a run", tag, "mazedom tag last pilot --note 'before the new prompt'"),
    "forget": ("take a person's name and texts out of a run", forget, "mazedom forget anna last"),
    "delete": ("remove runs from the disk", delete, "mazedom delete 20261124-205417-52e1"),
    "calibrate": ("check the instrument on planted truth, no model", calibrate, "mazedom calibrate --worlds 100"),
    "read": ("read what the executive hears, and be asked about it", read, "mazedom read last --as anna"),
    "judge": (
        "ask models for the fates: a second opinion, or the reader of a run",
        judge,
        "mazedom judge last --all --model openai:gpt-5-mini",
    ),
    "agree": (
        "label pairs yourself; agreement of people, instrument and judges",
        agree,
        "mazedom agree last --as anna",
    ),
    "fates": (
        "read messages from anywhere; with labels: does the instrument agree",
        fates,
        "mazedom fates messages.jsonl",
    ),
    "world": (
        "a world from your own documents: facts with quotes, confirmed by you",
        _world,
        "mazedom world from incident.txt minutes.md --out incident.toml",
    ),
}
"""Each verb's line in the help, what it takes, and an example."""

GROUPS = {
    "Every day": ("run", "show", "compare", "law", "replay", "list", "view", "load"),
    "Before and around a run": ("pilot", "plan", "models", "resume", "merge", "answer"),
    "Change one thing": ("fork", "blame"),
    "Is the instrument right": ("agree", "judge", "calibrate", "fates", "read"),
    "Your own material": ("world", "import"),
    "Hand it on": ("report", "export", "pack"),
    "Keep house": ("tag", "forget", "delete"),
}
"""The verbs by what they are for, in the order of the help."""


def help_text() -> str:
    """Return what `--help` prints."""
    groups = "".join(
        f"\n{purpose}:\n" + "".join(f"  {verb:<9} {VERBS[verb][0]}\n" for verb in verbs)
        for purpose, verbs in GROUPS.items()
    )
    return (
        f"usage: {started()} VERB [...]\n\n"
        "Chains of command held by language models: what becomes of the truth.\n\n"
        "Begin with:\n"
        f"  {started()} run           a small experiment on the embedded model\n"
        f"  {started()} show --trial  what the seats said, hop by hop\n"
        f"{groups}\n"
        "Every verb: --help, --json. A verb that prints tables: --explain.\n"
        "RUN is an id, a unique beginning of it, a path, or `last`.\n"
        f"Mazedom {VERSION}\n"
    )
