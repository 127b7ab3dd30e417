import unittest
from datetime import date
from typing import Any

from usher_sdk import Error, InvalidArgument, graph
from usher_sdk.testing import FakeHost, call, describe

from followups import add_follow_up, finish_follow_up, list_follow_ups, mail, mail_follow_ups, FollowUp


def rows(host: FakeHost) -> None:
    """Answers the one query that there is."""

    def answer(container: str, text: str, parameters: dict[str, Any]) -> list[Any]:
        return [item for item in host.items[container].values() if item["due"] <= parameters["@until"]]

    host.rows = answer


class FollowUps(unittest.TestCase):
    def setUp(self) -> None:
        self.host = self.enterContext(FakeHost(items={"follow-ups": {}}))
        rows(self.host)

    def test_the_most_urgent_come_first_and_of_a_day_by_subject(self) -> None:
        for subject, due in [("c", "2026-03-01"), ("b", "2026-02-01"), ("a", "2026-03-01")]:
            call(add_follow_up, {"subject": subject, "due": due})
        listed = call(list_follow_ups, {})["structuredContent"]["follow_ups"]
        self.assertEqual([row["subject"] for row in listed], ["b", "a", "c"])
        self.assertIsNone(listed[0]["about"])
        until = call(list_follow_ups, {"until": "2026-02-28"})["structuredContent"]["follow_ups"]
        self.assertEqual([row["subject"] for row in until], ["b"])

    def test_a_day_that_does_not_exist_is_refused(self) -> None:
        with self.assertRaises(InvalidArgument) as raised:
            call(add_follow_up, {"subject": "a", "due": "2026-02-30"})
        self.assertEqual(raised.exception.text, "due: not a day of the calendar")
        self.assertEqual(self.host.items["follow-ups"], {})

    def test_what_is_finished_is_gone(self) -> None:
        id = add_follow_up("Call Megan", date(2026, 3, 1)).id
        self.assertEqual(call(finish_follow_up, {"id": id})["structuredContent"], {"finished": "Call Megan"})
        with self.assertRaises(Error) as raised:
            finish_follow_up(id)
        self.assertEqual(raised.exception.text, "There is no follow-up with this id.")

    def test_the_open_ones_are_mailed_to_oneself(self) -> None:
        sent: list[Any] = []

        def answer(method: str, path: str, query: dict[str, str], body: Any) -> graph.Response:
            if method == "GET":
                self.assertEqual((path, query), ("/me", {"$select": "mail,userPrincipalName"}))
                return graph.Response(200, b'{"mail": null, "userPrincipalName": "megan@contoso.example"}')
            sent.append((method, path, body))
            return graph.Response(202)

        self.host.graph = answer
        nothing = call(mail_follow_ups, {})["structuredContent"]
        self.assertEqual((nothing, sent), ({"to": "megan@contoso.example", "count": 0}, []))
        follow_up = FollowUp(add_follow_up("Milk", date(2026, 3, 1)).id, "Milk", date(2026, 3, 1))
        self.assertEqual(call(mail_follow_ups, {})["structuredContent"]["count"], 1)
        self.assertEqual(sent, [("POST", "/me/sendMail", mail("megan@contoso.example", [follow_up]))])

    def test_a_mail_is_what_graph_expects(self) -> None:
        follow_ups = [FollowUp("1", "Milk", date(2026, 3, 1)), FollowUp("2", "<b>", date(2026, 3, 2))]
        self.assertEqual(
            mail("megan@contoso.example", follow_ups),
            {
                "message": {
                    "subject": "2 follow-ups",
                    "body": {"contentType": "Text", "content": "2026-03-01  Milk\n2026-03-02  <b>"},
                    "toRecipients": [{"emailAddress": {"address": "megan@contoso.example"}}],
                },
                "saveToSentItems": False,
            },
        )

    def test_the_address_is_not_an_argument(self) -> None:
        self.assertEqual(describe(mail_follow_ups)["inputSchema"]["properties"], {})
        with self.assertRaisesRegex(InvalidArgument, "^to: "):
            call(mail_follow_ups, {"to": "mallory@example.com"})
