"""The least that chains in LangGraph can cost: the bare calls, each in a node of a compiled graph, without a saver."""

import asyncio
import json
import sys
from typing import TypedDict

import openai
from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from texts import NOTES, PROMPT


class State(TypedDict):
    heard: str


class Chain:
    """What a node needs to know of its chain."""

    def __init__(self, client, number, log):
        self.client, self.number, self.log = client, number, log


def node(step):
    async def call(state: State, runtime: Runtime[Chain]) -> State:
        chain = runtime.context
        messages = [{"role": "user", "content": PROMPT.format(reports=state["heard"])}]
        answer = await chain.client.chat.completions.create(
            model="echo", messages=messages, seed=chain.number * 100 + step
        )
        line = {"chain": chain.number, "step": step, "messages": messages, "reply": answer.model_dump()}
        chain.log.write(json.dumps(line) + "\n")
        chain.log.flush()
        return {"heard": answer.choices[0].message.content}

    return call


def wired(steps):
    graph = StateGraph(State, context_schema=Chain)
    for step in range(steps):
        graph.add_node(str(step), node(step))
        graph.add_edge(str(step - 1) if step else START, str(step))
    return graph.compile()


async def main(url, chains, steps, in_flight, path):
    client = openai.AsyncOpenAI(
        base_url=url, api_key="none", max_retries=0, http_client=openai.DefaultAioHttpClient(trust_env=False)
    )
    graph, places = wired(int(steps)), asyncio.Semaphore(int(in_flight))
    with open(path, "w") as log:  # noqa: PTH123, ASYNC230

        async def one(number):
            async with places:
                await graph.ainvoke({"heard": NOTES.format(number=number)}, context=Chain(client, number, log))

        await asyncio.gather(*(one(number) for number in range(int(chains))))
    await client.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
