"""The same chains as an evaluation of inspect-ai: a sample a chain, a turn a step."""

import sys

from inspect_ai import Task, eval  # noqa: A004
from inspect_ai.dataset import Sample
from inspect_ai.model import ChatMessageUser, GenerateConfig, get_model
from inspect_ai.solver import solver
from texts import NOTES, PROMPT


@solver
def chain(steps):
    async def solve(state, generate):
        model = get_model()
        heard = state.input_text
        for step in range(steps):
            output = await model.generate(
                [ChatMessageUser(content=PROMPT.format(reports=heard))], config=GenerateConfig(seed=step)
            )
            heard = output.completion
        state.output.completion = heard
        return state

    return solve


if __name__ == "__main__":
    url, chains, steps, in_flight, folder = sys.argv[1:]
    samples = [Sample(input=NOTES.format(number=number), target="x", id=number) for number in range(int(chains))]
    (log,) = eval(
        Task(dataset=samples, solver=chain(int(steps))),
        model="openai-api/mock/echo",
        model_base_url=url,
        model_args={"api_key": "none"},
        max_connections=int(in_flight),
        max_samples=int(in_flight),
        max_retries=0,
        display="none",
        log_dir=folder,
    )
    assert log.status == "success", log.error
