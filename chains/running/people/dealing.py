"""Who gets which seat of which trial, where the experiment says how many people there are.

People are dealt over the seats of a trial by its world, replicate and condition. So every condition gets everybody
equally often (up to one), a world's conditions go to different people as far as there are enough of them, and nobody
holds two seats of one trial unless the experiment says so.
"""

from collections.abc import Mapping, Sequence

from chains.errors import BadInput
from chains.experiments.experiment import TrialId
from chains.experiments.people import People
from chains.organisation.hierarchy import Seat
from chains.running.run_record import Casts, RunRecord


def seats_of_people(casts: Casts, condition: str) -> list[Seat]:
    """Return the seats of a condition in which a person sits, top first."""
    parts = casts.parts(condition)
    return [seat for seat in casts.plan(condition).seats if parts[seat.name].sits != "none"]


def dealt(people: People, seats: Sequence[Seat], shift: int) -> dict[str, str]:
    """Return the pseudonym of the person for each seat that is dealt to one, by the seat's name.

    Args:
        people: What the experiment says about people.
        seats: The seats of a trial in which a person sits.
        shift: How far this trial's deal is turned.
    """
    found = {seat.name: who for seat in seats if (who := _fixed(people.seats, seat)) is not None}
    if people.persons is None:
        return found
    everybody = [f"p{number}" for number in range(1, people.persons + 1)]
    free = [who for who in everybody if people.same_trial or who not in found.values()]
    left = [seat for seat in seats if seat.name not in found]
    return found | {seat.name: free[(place + shift) % len(free)] for place, seat in enumerate(left) if free}


def dealt_in(record: RunRecord, casts: Casts, trial: TrialId) -> dict[str, str]:
    """Return who is dealt which seat of a trial."""
    experiment = record.experiment
    turn = experiment.seeds.index(trial.seed) * experiment.replicates + trial.replicate
    shift = turn + int(trial.condition.removeprefix("c"))
    return dealt(experiment.people, seats_of_people(casts, trial.condition), shift)


def check_enough(record: RunRecord) -> None:
    """Check that there are enough people for the seats of each trial.

    Raises:
        BadInput: If one person would hold two seats of a trial, or people are named where none sits.
    """
    people = record.experiment.people
    if people == People():
        return  # nothing is said of people, and a wide tree has many seats to look at
    casts = Casts(record)
    most, named_seats = 0, set(people.seats)
    for condition in record.conditions:
        seats = seats_of_people(casts, condition.id)
        most = max(most, len(seats))
        for seat in seats:
            named_seats -= {seat.name, f"level.{seat.level}", seat.role}
        named = [seat.name for seat in seats]
        holders = list(dealt(people, seats, 0).values())
        if people.same_trial or (people.persons is None and len(set(holders)) == len(holders)):
            continue
        if len(set(holders)) < len(named if people.persons is not None else holders):
            count = people.persons if people.persons is not None else len(set(holders))
            raise BadInput(
                f"people.persons: {count} for {', '.join(named[:4])} of one trial; add people, or set "
                "people.same_trial = true, and one person may hold several seats of a trial"
            )
    if not most and people != People():
        raise BadInput("[people] says who sits, and no seat is a person's; set human, as in human.L1 = edit")
    if named_seats:
        raise BadInput(f"people.seats names {min(named_seats)!r}, and no person sits there in any condition")


def _fixed(seats: Mapping[str, str], seat: Seat) -> str | None:
    for scope in (seat.name, f"level.{seat.level}", seat.role):
        if scope in seats:
            return seats[scope]
    return None
