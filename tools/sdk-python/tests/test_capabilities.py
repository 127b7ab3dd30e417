import contextlib
import io
import unittest
from dataclasses import dataclass
from datetime import date

from usher_sdk import (
    Error,
    SignInRequired,
    all_documents,
    config,
    documents,
    graph,
    graph_write,
    http,
    identity,
    log,
    my_documents,
    my_documents_write,
    notifications,
    progress,
    shared_documents,
    shared_documents_write,
)
from usher_sdk import errors, service
from usher_sdk.documents import Patch, Transaction
from usher_sdk.host import NotInAHost
from usher_sdk.testing import FakeHost

NOTES = my_documents.container("notes")
NEW_NOTES = my_documents_write.container("notes")


@dataclass
class Note:
    id: str
    text: str
    due: date | None = None


class Documents(unittest.TestCase):
    def setUp(self) -> None:
        self.host = self.enterContext(FakeHost())

    def test_what_is_written_is_read_as_its_type(self) -> None:
        written = NEW_NOTES.create(Note("1", "Milk", date(2026, 1, 2)))
        document = NOTES.read("1", Note)
        self.assertEqual((document.body, document.etag), (Note("1", "Milk", date(2026, 1, 2)), written.etag))
        self.assertEqual(NOTES.read("1").body["due"], "2026-01-02")
        self.assertEqual(NOTES.read_many(["2", "1"], Note)[0], None)
        with self.assertRaises(documents.NotFound):
            NOTES.read("2")

    def test_what_is_stored_and_isnt_of_the_type_is_invalid(self) -> None:
        self.host.items["notes"] = {"1": {"id": "1"}}
        with self.assertRaises(documents.Invalid):
            NOTES.read("1", Note)

    def test_conditions_are_held(self) -> None:
        written = NEW_NOTES.create({"id": "1", "text": "Milk"})
        with self.assertRaises(documents.Conflict):
            NEW_NOTES.create({"id": "1"})
        changed = NEW_NOTES.replace({"id": "1", "text": "Tea"}, written.etag)
        with self.assertRaises(documents.PreconditionFailed):
            NEW_NOTES.delete("1", written.etag)
        NEW_NOTES.delete("1", changed.etag)
        self.assertEqual(self.host.items["notes"], {})

    def test_a_patch_changes_parts(self) -> None:
        NEW_NOTES.upsert({"id": "1", "text": "Milk", "old": 1})
        NEW_NOTES.patch("1", Patch().set("/text", "Tea").increment("/count", 2).move("/old", "/new").add("/a~1b", None))
        NEW_NOTES.patch("1", Patch().remove("/new").replace("/count", 5))
        self.assertEqual(self.host.items["notes"]["1"], {"id": "1", "text": "Tea", "count": 5, "a/b": None})

    def test_a_transaction_is_all_or_nothing(self) -> None:
        good = Transaction().create({"id": "1"}).upsert(Note("2", "b")).replace({"id": "1", "a": 1}).delete("2")
        self.assertEqual([written is None for written in NEW_NOTES.transact(good)], [False, False, False, True])
        with self.assertRaises(documents.TransactionError) as raised:
            NEW_NOTES.transact(Transaction().create({"id": "3"}).create({"id": "1"}))
        self.assertEqual((raised.exception.index, list(self.host.items["notes"])), (1, ["1"]))
        self.assertIsInstance(raised.exception.error, documents.Conflict)
        with self.assertRaises(documents.TransactionError) as raised:
            Transaction().create({"id": "1"}).create({"at": object()})
        self.assertEqual(raised.exception.index, 1)

    def test_queries_follow_the_pages(self) -> None:
        self.host.rows = lambda container, text, parameters: [{"n": n, **parameters} for n in range(10)]
        query = NOTES.query("SELECT", {"@a": '"; DROP', "@since": date(2026, 1, 2)})
        self.assertEqual(len(query.collect(100, page_size=3)), 10)
        self.assertEqual(len(query.collect(5, page_size=2)), 5)
        self.assertEqual(query.collect(0), [])
        self.assertEqual(query.first(), {"n": 0, "@a": '"; DROP', "@since": "2026-01-02"})
        self.assertEqual(len(list(query)), 10)
        first = query.page(max_items=2)
        self.assertEqual([row["n"] for row in query.page(2, first.continuation).items], [2, 3])

    def test_all_documents_are_only_queried(self) -> None:
        self.assertFalse(hasattr(all_documents.container("notes"), "read"))
        self.assertFalse(hasattr(NEW_NOTES, "read"))

    def test_shared_items_are_apart(self) -> None:
        shared_documents_write.container("rates").upsert({"id": "eur", "rate": 1})
        self.assertEqual(shared_documents.container("rates").read("eur").body["rate"], 1)
        self.assertEqual(self.host.items, {})


class Services(unittest.TestCase):
    def test_graph_is_asked_and_answers(self) -> None:
        asked = []

        def answer(method: str, path: str, query: dict[str, str], body: object) -> graph.Response:
            asked.append((method, path, query, body))
            if path == "/busy":
                raise graph.Throttled(1200)
            return graph.Response(200, b'{"id": "1", "more": 2}', "application/json")

        @dataclass
        class Me:
            id: str

        with FakeHost(graph=answer, groups={"g"}):
            self.assertEqual(graph.get("/me", {"$select": "id"}).success().json(Me), Me("1"))
            both = graph.get_all([graph.Request("/me"), graph.Request("/busy")])
            self.assertIsInstance(both[0], graph.Response)
            self.assertIsInstance(both[1], graph.Throttled)
            graph_write.post("/me/sendMail", json={"to": date(2026, 1, 2)})
            graph_write.put("/me/drive/x", data="text", content_type="text/plain")
            self.assertEqual((graph.is_member_of("g"), graph.memberships(["x", "g"])), (True, [False, True]))
        self.assertEqual(asked[0], ("GET", "/me", {"$select": "id"}, None))
        self.assertEqual(asked[3:], [("POST", "/me/sendMail", {}, {"to": "2026-01-02"}), ("PUT", "/me/drive/x", {}, b"text")])
        with self.assertRaises(graph_write.Invalid):
            graph_write.put("/x", data=b"")

    def test_a_body_has_its_type_in_a_header(self) -> None:
        with FakeHost(http=lambda request: http.Response(200, [("etag", "1"), ("etag", "2")], request.body or b"")) as host:
            answer = http.post("https://api.contoso.example/x", json={"a": 1})
            self.assertEqual((answer.json(), answer.header("etag"), answer.header("date")), ({"a": 1}, "1", None))
            seen: list[http.Request] = []

            def remember(request: http.Request) -> http.Response:
                seen.append(request)
                return http.Response(200)

            host.http = remember
            http.put("https://api.contoso.example/x", json=1, headers={"Content-Type": "application/x+json"})
        self.assertEqual(seen[0].headers, {"Content-Type": "application/x+json"})

    def test_only_a_success_is_a_success(self) -> None:
        for status in [200, 201, 204, 299]:
            self.assertEqual(graph.Response(status).success().status, status)
        for status in [0, 199, 300, 304, 400, 401, 404, 409, 429, 500, 999]:
            with self.subTest(status), self.assertRaises(Error):
                graph.Response(status).success()

    def test_a_busy_service_says_when_to_come_back(self) -> None:
        with self.assertRaisesRegex(Error, "Try again in 30 s"):
            http.Response(429, [("retry-after", "30")]).success()
        for unknown in ["Mon, 23 Nov 2026 00:00:00 GMT", "-1", "³"]:
            with self.subTest(unknown), self.assertRaisesRegex(Error, "Try again later"):
                http.Response(429, [("retry-after", unknown)]).success()

    def test_a_body_that_is_not_understood_is_not_quoted(self) -> None:
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(Error) as raised:
            graph.Response(200, b'{"salary": ').json(int)
        self.assertNotIn("salary", raised.exception.text)


class Rest(unittest.TestCase):
    def test_the_rest_is_passed_on(self) -> None:
        with FakeHost(config={"unit": "km"}) as host:
            self.assertEqual((config.get("unit"), config.get("x")), ("km", None))
            self.assertEqual((identity.caller().kind, identity.caller().username), ("user", "megan@contoso.example"))
            log.warning("look")
            progress.report(1, 2)
            notifications.list_changed("tools")
            notifications.resource_updated("notes://1")
        self.assertEqual(host.logged, [("warning", "look")])
        self.assertEqual(host.told, [("progress", 1, 2, None), ("list_changed", "tools"), ("resource_updated", "notes://1")])

    def test_a_capability_exists_in_a_host_only(self) -> None:
        with self.assertRaisesRegex(NotInAHost, "exists in a host only"):
            NOTES.read("1")
        with contextlib.redirect_stderr(io.StringIO()) as said:
            log.info("anywhere")
        self.assertEqual(said.getvalue(), "info: anywhere\n")


class Answers(unittest.TestCase):
    def test_an_answer_never_holds_what_is_for_the_log(self) -> None:
        kinds = [documents.NotGranted, documents.Invalid, documents.LimitExceeded, service.NotGranted, service.Invalid]
        for kind in kinds:
            with self.subTest(kind), contextlib.redirect_stderr(io.StringIO()) as said:
                answer = kind("container secrets").answer()
            self.assertNotIn("secrets", answer.text)
            self.assertIn("secrets", said.getvalue())

    def test_a_refused_sign_in_is_passed_on(self) -> None:
        self.assertIsInstance(graph.SignInRequired().answer(), SignInRequired)

    def test_every_error_of_a_capability_is_an_answer(self) -> None:
        def below(kind: type[errors.CapabilityError]) -> list[type[errors.CapabilityError]]:
            return [kind, *(more for child in kind.__subclasses__() for more in below(child))]

        kinds = [kind for kind in below(errors.CapabilityError) if kind is not errors.CapabilityError]
        self.assertGreater(len(kinds), 17)
        for kind in kinds:
            made = kind(0, documents.NotFound()) if kind is documents.TransactionError else kind()
            with self.subTest(kind), contextlib.redirect_stderr(io.StringIO()):
                self.assertIsInstance(made.answer(), Error)

    def test_a_busy_store_says_when_to_come_back(self) -> None:
        self.assertIn("Try again in 2 s.", documents.Throttled(1200).answer().text)
