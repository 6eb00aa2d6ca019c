"""The model of imported chains: the seats' messages are known, and it can't be asked for more."""

from chains.errors import BadInput
from chains.models.kinds import provider
from chains.models.provider import Reply, Request
from chains.models.spec import Source

KIND = "imported"


@provider(KIND, takes_schema=False, in_process=True)
class Imported:
    """Stands in run.json for the authors of imported messages, which `import` logs.

    Raises:
        BadInput: Always, because only `import` makes such runs.
    """

    def __init__(self, source: Source) -> None:
        raise BadInput(
            f"model {source.name!r} stands for chains that others logged, and nobody can be asked for more of them; "
            "`mazedom import` reads a file anew"
        )

    async def reply(self, request: Request) -> Reply:
        """Never called: no such model can be opened."""
        raise NotImplementedError
