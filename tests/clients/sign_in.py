"""Signs in with the official client as a person would, then uses the expense tools, and prints what it was told.

The client finds everything out by itself from the endpoint's URL. Where a person would choose on the sign-in page, this posts the
page's form.

Arguments: the endpoint's URL, the client's mode, a persona.
"""

import asyncio
import json
import sys

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from person import Memory, Person, sign_in_of
from report import report


async def main(url: str, mode: str, persona: str) -> None:
    person, memory = Person(persona), Memory()
    async with httpx2.AsyncClient(auth=sign_in_of(person, memory, url), timeout=60) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            told = await report(client)
    told["visits"] = person.visits
    told["tokens"] = [memory.tokens.access_token, memory.tokens.refresh_token]
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))
