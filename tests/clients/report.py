"""What a client sees of the expense tools."""

from mcp.client import Client
from mcp.shared.exceptions import MCPError

EXPENSE = {
    "date": "2026-11-22",
    "amount": 12.5,
    "category": "food",
    "description": "Lunch",
    "payment_method": "visa",
}


async def report(client: Client) -> dict:
    """Lists the tools, calls each of them, and tells what came of it."""
    listed = await client.list_tools()
    return {
        "revision": client.protocol_version,
        "server": client.server_info.name if client.server_info else None,
        "tools": [tool.name for tool in listed.tools],
        "added": await call(client, "add_user_expense", EXPENSE),
        "refused": await call(client, "add_user_expense", EXPENSE | {"amount": -1}),
        "own": await call(client, "get_user_expenses", {}),
        "stats": await call(client, "get_expense_stats", {}),
        "unknown": await call(client, "no_such_tool", {}),
    }


async def call(client: Client, tool: str, arguments: dict) -> dict:
    """A call's result, or the error that it got instead."""
    try:
        result = await client.call_tool(tool, arguments)
    except MCPError as error:
        return {"error": {"code": error.error.code, "message": error.error.message}}
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)
