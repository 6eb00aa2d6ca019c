"""The source of chains that others logged: what seats said is known, and nobody can be asked for more."""

from chains.errors import BadInput
from chains.models.kinds import provider
from chains.models.provider import Reply, Request
from chains.models.spec import Source

KIND = "imported"


@provider(KIND, takes_schema=False, in_process=True)
class Imported:
    """Stands in run.json for whoever spoke in imported chains; `import` logs what they said.

    Raises:
        BadInput: Always: only `import` makes runs of it.
    """

    def __init__(self, source: Source) -> None:
        raise BadInput(
            f"model {source.name!r} stands for chains that others logged, and nobody can be asked for more of them; "
            "`mazedom import` reads a file anew"
        )

    async def reply(self, request: Request) -> Reply:
        """Say nothing; there is none of this kind that could be asked."""
        raise NotImplementedError
