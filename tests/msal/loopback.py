"""The way from MSAL, which speaks https and nothing else to an authority, to a development Entra on plain loopback HTTP.

MSAL stays as it is: it takes the session as its documented parameter `http_client`, and sees an https authority. What the session
does is what a TLS terminator in front of the development Entra would do.
"""

from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter


class Terminator(HTTPAdapter):
    """Sends what was meant for an https address to the same address by plain HTTP, and tells the server so."""

    def send(self, request: requests.PreparedRequest, **options) -> requests.Response:
        request.url = urlsplit(request.url)._replace(scheme="http").geturl()
        request.headers["X-Forwarded-Proto"] = "https"
        return super().send(request, **options)


def secured(authority: str) -> str:
    """The authority's address as MSAL is given it."""
    return urlsplit(authority)._replace(scheme="https").geturl()


def session(authority: str) -> requests.Session:
    """A session that reaches the development Entra and nothing else: any other address is an error."""
    session = requests.Session()
    session.trust_env = False
    session.adapters.clear()
    session.mount(secured(authority) + "/", Terminator())
    # Managed identity endpoints are plain HTTP in Azure, too.
    session.mount(authority + "/", HTTPAdapter())
    return session
