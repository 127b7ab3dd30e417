"""Items (JSON objects) in containers: what the document capabilities have in common.

A tool opens a container where the operator lets it: `usher_sdk.my_documents` and `usher_sdk.my_documents_write` for the caller's
own items, `usher_sdk.all_documents` for everybody's, `usher_sdk.shared_documents` and `usher_sdk.shared_documents_write` for
items that belong to nobody. A container is a name and nothing else: nothing is opened and nothing has to be closed. Items are
dictionaries, or the author's own dataclasses and ``TypedDict`` classes.

The vocabulary is that of Azure Cosmos DB.
"""

from usher_sdk.documents.errors import (
    Conflict,
    Error,
    Invalid,
    LimitExceeded,
    NotFound,
    NotGranted,
    PreconditionFailed,
    Throttled,
    Timeout,
    TooLarge,
    TransactionError,
    Unavailable,
)
from usher_sdk.documents.query import Page, Query, QueryContainer
from usher_sdk.documents.read import Document, ReadContainer
from usher_sdk.documents.write import Patch, Transaction, WriteContainer, Written

__all__ = [
    "Conflict",
    "Document",
    "Error",
    "Invalid",
    "LimitExceeded",
    "NotFound",
    "NotGranted",
    "Page",
    "Patch",
    "PreconditionFailed",
    "Query",
    "QueryContainer",
    "ReadContainer",
    "Throttled",
    "Timeout",
    "TooLarge",
    "Transaction",
    "TransactionError",
    "Unavailable",
    "WriteContainer",
    "Written",
]
