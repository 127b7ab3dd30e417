"""Listens for changes of the list of tools with the official client, and prints the lists before and after the first one.

Arguments: the endpoint's URL, a bearer token, a file to be made once the client listens.
"""

import asyncio
import json
import pathlib
import sys

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client


async def main(url: str, token: str, listening: str) -> None:
    async def names(client: Client) -> list[str]:
        return [tool.name for tool in (await client.list_tools()).tools]

    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        async with Client(streamable_http_client(url, http_client=http), mode="auto") as client:
            async with client.listen(tools_list_changed=True) as changes:
                before = await names(client)
                pathlib.Path(listening).touch()
                async for _ in changes:
                    print(json.dumps({"before": before, "after": await names(client)}))
                    return


asyncio.run(main(*sys.argv[1:]))
