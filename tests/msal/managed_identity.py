"""Acquires a managed identity's token with MSAL, twice, and prints both results as JSON.

Which endpoint is asked, MSAL decides by the environment. Argument: a JSON file with
    authority   the development Entra's address
    identity    MSAL's `managed_identity`, in its JSON form
    resource    what the token is for
"""

import json
import sys
from pathlib import Path

import msal

from loopback import session


def main(path: str) -> list[dict]:
    given = json.loads(Path(path).read_text())
    client = msal.ManagedIdentityClient(given["identity"], http_client=session(given["authority"]))
    return [client.acquire_token_for_client(resource=given["resource"]) for _ in range(2)]


print(json.dumps(main(sys.argv[1])))
