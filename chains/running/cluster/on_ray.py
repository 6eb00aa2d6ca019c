"""Ray, as a run uses it: `run --on ray[:ADDRESS]`.

Without an address a cluster is started on this machine and ends with the run; with one, workers go where the cluster
has room. Ray is an extra, and is imported when it is asked for, and only then. Its dashboard, its messages and its
usage reports are off.
"""

import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from typing import Any

from chains.errors import BadInput
from chains.running.cluster.keeper import Allowed, Keeper, Speed
from chains.running.cluster.supervisor import Hand, Lost
from chains.running.cluster.worker import Ended, Job, Worker
from chains.running.log.records import Status

INSTALL = "runs on Ray need it: pip install 'mazedom[ray]'"
STORE_BYTES = 80 * 2**20
"""Memory for objects that a cluster of our own shares among its processes; a run passes hardly any."""
MOST_WORKERS = 64
"""Workers, unless it is said how many."""
CONNECT_SECONDS = 5.0
"""Seconds in which a cluster's address must answer."""
MANY = 10_000
"""Calls of one actor that may be under way at the same time."""


def address_in(on: str) -> str | None:
    """Return the address in `ray:ADDRESS`; None for `ray` alone.

    Raises:
        BadInput: If it is neither.
    """
    engine, colon, address = on.partition(":")
    if engine != "ray" or (colon and not address.strip()):
        raise BadInput(f"--on {on}: write ray, or ray:ADDRESS, as in --on ray:auto or --on ray:10.0.0.1:6379")
    return address.strip() or None


@contextlib.contextmanager
def connected(on: str) -> Iterator[int]:
    """Start or join a cluster; yields how many processors it has.

    Raises:
        BadInput: If Ray is not installed, or no cluster answers at the address.
    """
    address = address_in(on)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_DISABLE_IMPORT_WARNING", "1")
    if address is not None:
        _check_answers(address)
    try:
        import ray  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise BadInput(INSTALL) from None
    _hush(ray)
    ours = not ray.is_initialized()
    if ours:
        how: dict[str, Any] = {"include_dashboard": False, "object_store_memory": STORE_BYTES}
        how = how if address is None else {"address": address}
        try:
            ray.init(logging_level=logging.CRITICAL, log_to_driver=False, **how)
        except (ConnectionError, ValueError, RuntimeError) as error:
            where = "on this machine" if address is None else f"at {address}"
            first = str(error).strip().partition("\n")[0].rstrip(".")
            raise BadInput(
                f"no Ray cluster {where} can be used ({first}); start one with `ray start --head`, or look at --on ray"
            ) from None
    try:
        yield max(1, int(ray.cluster_resources().get("CPU", 1)))
    finally:
        if ours:
            ray.shutdown()


def _hush(ray: Any) -> None:
    """Keep Ray's own messages about dead workers off stdout, where results go; it has no setting for these."""
    if hasattr(ray._private.worker, "_worker_logs_enabled"):  # noqa: SLF001
        ray._private.worker._worker_logs_enabled = False  # noqa: SLF001


def _check_answers(address: str) -> None:
    """Check that something answers at an address: Ray itself tries for minutes, with messages of its own."""
    host, _, port = address.rpartition(":")
    if not port.isdecimal():
        return  # auto, which looks for a cluster on this machine
    try:
        socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS).close()
    except (OSError, OverflowError, UnicodeError):
        raise BadInput(
            f"nothing answers at {address}; give the address that `ray start --head` printed, or auto on a machine of "
            "the cluster"
        ) from None


class RayCrew:
    """Workers on a Ray cluster, and their keeper of limits beside whoever supervises them.

    Args:
        job: The run.
        speeds: How fast each endpoint may be asked.
        allowed: The limits.
        count: How many workers.
        processors: How many the cluster has.
        people: Whether people sit in the run.
    """

    def __init__(
        self, job: Job, speeds: dict[str, Speed], allowed: Allowed, count: int, processors: int, *, people: bool
    ) -> None:
        import ray  # noqa: PLC0415 - as above
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: PLC0415

        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        keeper: Any = ray.remote(Keeper)
        self._keeper = keeper.options(num_cpus=0, max_concurrency=MANY, scheduling_strategy=here).remote(
            allowed, speeds, count, job.folder, people=people
        )
        # Half of what there is for each, so that there is room for those that replace workers of a lost machine.
        share = min(1.0, processors / (2 * count))
        worker: Any = ray.remote(Worker)
        self._worker = worker.options(num_cpus=share, max_concurrency=MANY, scheduling_strategy="SPREAD")
        self._job = job

    def hire(self, name: str) -> Hand:
        """Begin a worker's process."""
        return _RayHand(name, self._worker.remote(name, self._keeper, self._job))

    async def bury(self, name: str) -> None:
        """Tell the keeper that a worker is dead."""
        await _of(self._keeper.bury.remote(name))

    async def tidy(self, ends: Mapping[str, Status]) -> None:
        """Have the keeper take off the worklist what is not asked any more."""
        with contextlib.suppress(Lost):
            await _of(self._keeper.tidy.remote(dict(ends)))

    async def close_limits(self, why: str | None) -> None:
        """Tell the keeper that nothing more may be sent."""
        await _of(self._keeper.close.remote(why))


class _RayHand:
    """A worker on Ray."""

    def __init__(self, name: str, actor: Any) -> None:
        self.name, self._actor = name, actor

    async def start(self) -> str | None:
        found: str | None = await _of(self._actor.start.remote())
        return found

    async def drive(self, trials: Sequence[str], known: Sequence[bytes], *, again: bool) -> list[Ended]:
        found: list[Ended] = await _of(self._actor.drive.remote(list(trials), list(known), again=again))
        return found

    async def hope(self) -> None:
        await _of(self._actor.hope.remote())

    async def stop(self) -> None:
        await _of(self._actor.stop.remote())

    async def close(self) -> dict[str, Any]:
        found: dict[str, Any] = await _of(self._actor.close.remote())
        return found

    def kill(self) -> None:
        import ray  # noqa: PLC0415 - as above

        with contextlib.suppress(ray.exceptions.RayError, ValueError):
            ray.kill(self._actor)


async def _of(asked: Awaitable[Any]) -> Any:
    """Return what an actor answers.

    Raises:
        Lost: If it is gone.
    """
    from ray.exceptions import RayError, RayTaskError  # noqa: PLC0415 - as above

    try:
        return await asked
    except RayTaskError:
        raise  # what went wrong in it is ours
    except RayError as error:
        raise Lost(str(error).strip().partition("\n")[0]) from None
