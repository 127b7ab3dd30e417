"""Acquires a token with MSAL as a web API would, and prints MSAL's result as JSON.

Argument: a JSON file with
    authority   the development Entra's address
    tenant      the tenant's id
    client_id   the web API's
    credential  MSAL's `client_credential`; or, for one that is a callable, {"assertion": TOKEN} or {"managed_identity": CLIENT_ID}
    scopes      those of the downstream API
    assertion   the token that the web API was called with; without it the API asks for itself
    claims      a claims challenge to answer
"""

import json
import sys
from pathlib import Path

import msal

from loopback import secured, session


def main(path: str) -> dict:
    given = json.loads(Path(path).read_text())
    http = session(given["authority"])
    authority = secured(given["authority"])
    on_behalf_of = "assertion" in given
    api = msal.ConfidentialClientApplication(
        given["client_id"],
        authority=f"{authority}/{given['tenant']}",
        client_credential=credential(given["credential"], http),
        http_client=http,
        # Looking into its cache first, as it does for an app's own tokens, MSAL would ask Microsoft for the authority's aliases.
        instance_discovery=f"{authority}/common/discovery/instance" if on_behalf_of else False,
    )
    if not on_behalf_of:
        return api.acquire_token_for_client(given["scopes"])
    return api.acquire_token_on_behalf_of(given["assertion"], given["scopes"], claims_challenge=given.get("claims"))


def credential(given: str | dict, http) -> str | dict:
    """What MSAL takes; for federated credentials the callable that its documentation recommends."""
    if isinstance(given, dict) and "assertion" in given:
        return {"client_assertion": lambda: given["assertion"]}
    if isinstance(given, dict) and "managed_identity" in given:
        return {"client_assertion": lambda: identity_token(given["managed_identity"], http)}
    return given


def identity_token(client_id: str, http) -> str:
    """A managed identity's token that stands for the web API's own credential."""
    identity = msal.ManagedIdentityClient(msal.UserAssignedManagedIdentity(client_id=client_id), http_client=http)
    return identity.acquire_token_for_client(resource="api://AzureADTokenExchange")["access_token"]


print(json.dumps(main(sys.argv[1])))
