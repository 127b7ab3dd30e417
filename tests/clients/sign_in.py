"""Signs in with the official client as a person would, then uses the expense tools, and prints what it was told.

The client finds everything out by itself from the endpoint's URL. Where a person would choose on the sign-in page, this posts the
page's form.

Arguments: the endpoint's URL, the client's mode, a persona.
"""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.client import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider, TokenStorage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from report import report

# Nothing listens there: the answer is read from the redirect.
CALLBACK = "http://127.0.0.1:33418/callback"


class Memory(TokenStorage):
    """Keeps what the client was given."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Person:
    """Who sits in front of the browser."""

    def __init__(self, persona: str) -> None:
        self.persona = persona
        self.answer: dict[str, list[str]] = {}
        self.visits = 0

    async def look_at(self, url: str) -> None:
        """Opens the sign-in page and chooses."""
        self.visits += 1
        async with httpx2.AsyncClient() as browser:
            page = await browser.get(url)
            assert page.status_code == 200 and f'value="{self.persona}"' in page.text, page.text
            chosen = await browser.post(url, data={"persona": self.persona})
            assert chosen.status_code == 302, chosen.text
            self.answer = parse_qs(urlsplit(chosen.headers["location"]).query)

    async def come_back(self) -> AuthorizationCodeResult:
        """What the browser brings back to the client."""
        assert "code" in self.answer, self.answer
        return AuthorizationCodeResult(code=self.answer["code"][0], state=self.answer["state"][0])


async def main(url: str, mode: str, persona: str) -> None:
    person, memory = Person(persona), Memory()
    sign_in = OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(client_name="The official client", redirect_uris=[CALLBACK]),
        storage=memory,
        redirect_handler=person.look_at,
        callback_handler=person.come_back,
    )
    async with httpx2.AsyncClient(auth=sign_in, timeout=60) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            told = await report(client)
    told["visits"] = person.visits
    told["tokens"] = [memory.tokens.access_token, memory.tokens.refresh_token]
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))
