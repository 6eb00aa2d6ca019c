"""A kind of model in one file: an echo, which passes on what it reads.

MAZEDOM_PLUGINS=docs/plugins/provider.py mazedom run --set model=echo
MAZEDOM_PLUGINS=docs/plugins/provider.py mazedom run --set model=echo:3      (the last three lines alone)
"""

from chains.errors import BadInput
from chains.models.kinds import provider
from chains.models.provider import Reply, Request, Usage
from chains.models.spec import Source


@provider("echo", takes_schema=False, in_process=True)
class Echo:
    """Answers with the lines of the last message that begin with a dash, as notes and reports do.

    Args:
        source: The model as it was named; what stands after `echo:` is the most lines that are passed on.

    Raises:
        BadInput: If that is no number.
    """

    def __init__(self, source: Source) -> None:
        if source.detail and not source.detail.isdecimal():
            raise BadInput(f"model {source.name!r}: write echo, or echo:N for the last N lines")
        self._most = int(source.detail or 0)

    async def reply(self, request: Request) -> Reply:
        """Answer a request; raise `chains.errors.Busy` to be asked again, `Hopeless` to fail the trial."""
        asked = request.messages[-1].content
        lines = [line for line in asked.splitlines() if line.startswith("- ")]
        text = "\n".join(lines[-self._most :]) or "- Nothing to report."
        return Reply(text=text, usage=Usage(prompt=len(asked.split()), completion=len(text.split())), served_by="echo")
