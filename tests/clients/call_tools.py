"""Uses the expense tools with the official client, and prints what it was told as one JSON object.

Arguments: the endpoint's URL, the client's mode, a bearer token.
"""

import asyncio
import json
import sys

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from report import report


async def main(url: str, mode: str, token: str) -> None:
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            print(json.dumps(await report(client)))


asyncio.run(main(*sys.argv[1:]))
