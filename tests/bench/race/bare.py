"""The least that chains against an endpoint can cost: one AsyncOpenAI client on aiohttp, a line a call."""

import asyncio
import json
import sys

import openai
from texts import NOTES, PROMPT


async def chain(client, number, steps, places, log):
    heard = NOTES.format(number=number)
    async with places:
        for step in range(steps):
            messages = [{"role": "user", "content": PROMPT.format(reports=heard)}]
            answer = await client.chat.completions.create(model="echo", messages=messages, seed=number * 100 + step)
            heard = answer.choices[0].message.content
            line = {"chain": number, "step": step, "messages": messages, "reply": answer.model_dump()}
            log.write(json.dumps(line) + "\n")
            log.flush()


async def main(url, chains, steps, in_flight, path):
    client = openai.AsyncOpenAI(
        base_url=url, api_key="none", max_retries=0, http_client=openai.DefaultAioHttpClient(trust_env=False)
    )
    places = asyncio.Semaphore(int(in_flight))
    with open(path, "w") as log:  # noqa: PTH123, ASYNC230
        await asyncio.gather(*(chain(client, number, int(steps), places, log) for number in range(int(chains))))
    await client.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
