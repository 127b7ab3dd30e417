"""Calls a tool that needs more than the client signed in with, and prints what came of it.

The client gets what it lacks by itself: it is sent to the sign-in page a second time, and repeats the call.

Arguments: the endpoint's URL, the client's mode, a persona, a tool, its arguments as JSON.
"""

import asyncio
import json
import sys

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from person import Memory, Person, sign_in_of
from report import call


async def main(url: str, mode: str, persona: str, tool: str, arguments: str) -> None:
    person, memory = Person(persona), Memory()
    told = {}
    async with httpx2.AsyncClient(auth=sign_in_of(person, memory, url), timeout=60) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            told["tools"] = [tool.name for tool in (await client.list_tools()).tools]
            told["scope_before"] = memory.tokens.scope
            told["called"] = await call(client, tool, json.loads(arguments))
            told["called_again"] = await call(client, tool, json.loads(arguments))
    told["scope_after"] = memory.tokens.scope
    told["visits"] = person.visits
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))
