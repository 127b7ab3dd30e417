"""Whoever sits in front of the browser, and what their client keeps."""

from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider, TokenStorage
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

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


def sign_in_of(person: Person, memory: Memory, url: str) -> OAuthClientProvider:
    """The client's own sign-in, as it comes, with the person in front of it."""
    return OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(client_name="The official client", redirect_uris=[CALLBACK]),
        storage=memory,
        redirect_handler=person.look_at,
        callback_handler=person.come_back,
    )
