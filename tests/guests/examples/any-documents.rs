//! Does with documents whatever it is told to, many things in one call, in raw texts: bodies, patches and parameters go to the
//! host as they come, since what the SDK would never write is what an attacker writes.

use serde_json::{Value, json};
use usher_test_guests::bindings::usher::host::documents::{
    Error, GuardedBody, GuardedId, Item, Page, PatchOperation, PatchOptions, PathMove, PathNumber, PathValue,
    QueryOptions, TransactionError, Write, Written,
};
use usher_test_guests::bindings::usher::host::{
    all_documents, my_documents, my_documents_write, shared_documents, shared_documents_write,
};
use usher_test_guests::{
    Answer, CallToolOutcome, Guest, RequestContext, Requirement, Tool, export, no_options, text, tool,
};

struct Program;

impl Guest for Program {
    fn list_tools() -> Vec<Tool> {
        let mine = |name: &str| {
            [
                Requirement::MyDocuments(name.to_owned()),
                Requirement::MyDocumentsWrite(name.to_owned()),
            ]
        };
        let shared = [
            Requirement::SharedDocuments("rates".to_owned()),
            Requirement::SharedDocumentsWrite("rates".to_owned()),
        ];
        let all = [Requirement::AllDocuments("expenses".to_owned())];
        vec![
            requiring("mine", [mine("expenses"), mine("ledger")].concat()),
            requiring("shared", shared.to_vec()),
            requiring("all", all.to_vec()),
            requiring("nothing", Vec::new()),
        ]
    }

    fn call_tool(_name: String, arguments: String, _context: RequestContext) -> Answer {
        let arguments: Value = serde_json::from_str(&arguments).expect("the host gives JSON");
        let answers: Vec<Value> = arguments["do"]
            .as_array()
            .expect("the test gives a list")
            .iter()
            .map(run)
            .collect();
        let mut result = text(String::new());
        result.structured_content = Some(json!({ "answers": answers }).to_string());
        Ok(CallToolOutcome::Complete(result))
    }
}

fn requiring(name: &str, requires: Vec<Requirement>) -> Tool {
    let mut options = no_options();
    options.requires = requires;
    Tool {
        options: Some(options),
        ..tool(name)
    }
}

fn string<'a>(operation: &'a Value, key: &str) -> &'a str {
    operation[key].as_str().unwrap_or_default()
}

fn optional(operation: &Value, key: &str) -> Option<String> {
    operation[key].as_str().map(str::to_owned)
}

/// One operation: `{"op": "read", "on": "shared", "in": "rates", "id": "EUR"}`.
fn run(operation: &Value) -> Value {
    let (container, id, body) = (
        string(operation, "in"),
        string(operation, "id"),
        string(operation, "body"),
    );
    let shared = string(operation, "on") == "shared";
    let if_match = optional(operation, "if-match");
    let if_match = if_match.as_deref();
    match string(operation, "op") {
        "create" if shared => written(shared_documents_write::create(container, body)),
        "create" => written(my_documents_write::create(container, body)),
        "upsert" if shared => written(shared_documents_write::upsert(container, body)),
        "upsert" => written(my_documents_write::upsert(container, body)),
        "replace" if shared => written(shared_documents_write::replace(container, body, if_match)),
        "replace" => written(my_documents_write::replace(container, body, if_match)),
        "delete" if shared => told(shared_documents_write::delete(container, id, if_match), |()| {
            json!("deleted")
        }),
        "delete" => told(my_documents_write::delete(container, id, if_match), |()| {
            json!("deleted")
        }),
        "patch" => patch(operation, container, id, shared),
        "transact" => transact(operation, container, shared),
        "read" if shared => told(shared_documents::read(container, id), body_of),
        "read" => told(my_documents::read(container, id), body_of),
        "read-many" => read_many(operation, container, shared),
        "query" => query(operation, container),
        "mix" => mix(operation, container),
        other => panic!("no operation {other:?}"),
    }
}

fn patch(operation: &Value, container: &str, id: &str, shared: bool) -> Value {
    let steps: Vec<PatchOperation> = operation["steps"]
        .as_array()
        .expect("the test gives what is read")
        .iter()
        .map(step)
        .collect();
    let options = PatchOptions {
        if_match: optional(operation, "if-match"),
        condition: optional(operation, "condition"),
    };
    written(match shared {
        true => shared_documents_write::patch(container, id, &steps, Some(&options)),
        false => my_documents_write::patch(container, id, &steps, Some(&options)),
    })
}

/// `["set", "/path", "JSON text"]`.
fn step(step: &Value) -> PatchOperation {
    let part = |index: usize| step[index].as_str().unwrap_or_default().to_owned();
    let value = || PathValue {
        path: part(1),
        value: part(2),
    };
    match step[0].as_str().expect("the test gives what is read") {
        "add" => PatchOperation::Add(value()),
        "set" => PatchOperation::Set(value()),
        "replace" => PatchOperation::Replace(value()),
        "remove" => PatchOperation::Remove(part(1)),
        "increment" => PatchOperation::Increment(PathNumber { path: part(1), by: 1.0 }),
        "move" => PatchOperation::Move(PathMove {
            from_path: part(1),
            path: part(2),
        }),
        other => panic!("no step {other:?}"),
    }
}

/// `["create", "JSON text"]`, `["delete", "id"]`.
fn transact(operation: &Value, container: &str, shared: bool) -> Value {
    let writes = operation["writes"]
        .as_array()
        .expect("the test gives what is read")
        .iter()
        .map(|write| {
            let body = write[1].as_str().unwrap_or_default().to_owned();
            match write[0].as_str().expect("the test gives what is read") {
                "create" => Write::Create(body),
                "upsert" => Write::Upsert(body),
                "replace" => Write::Replace(GuardedBody { body, if_match: None }),
                "delete" => Write::Delete(GuardedId {
                    id: body,
                    if_match: None,
                }),
                other => panic!("no write {other:?}"),
            }
        });
    let writes: Vec<Write> = writes.collect();
    let done = match shared {
        true => shared_documents_write::transact(container, &writes),
        false => my_documents_write::transact(container, &writes),
    };
    match done {
        Ok(answers) => json!(answers.len()),
        Err(TransactionError { index, error }) => json!({ "error": words(&error), "index": index }),
    }
}

fn read_many(operation: &Value, container: &str, shared: bool) -> Value {
    let ids: Vec<String> = serde_json::from_value(operation["ids"].clone()).expect("the test gives what is read");
    let found = match shared {
        true => shared_documents::read_many(container, &ids),
        false => my_documents::read_many(container, &ids),
    };
    told(found, |items| {
        items.into_iter().map(|found| found.map(body_of)).collect()
    })
}

fn query(operation: &Value, container: &str) -> Value {
    let options = QueryOptions {
        max_items: operation["max"]
            .as_u64()
            .map(|max| u32::try_from(max).expect("the test gives what is read")),
        continuation: optional(operation, "from"),
    };
    let parameters = operation["with"].as_str().unwrap_or("{}");
    let asked = match string(operation, "on") {
        "shared" => shared_documents::query,
        "all" => all_documents::query,
        _ => my_documents::query,
    };
    told(
        asked(container, string(operation, "text"), parameters, Some(&options)),
        |Page { items, continuation }| json!({ "items": serde_json::from_str::<Value>(&items).expect("the test gives what is read"), "next": continuation }),
    )
}

/// Twenty operations of all kinds on ids that other people use as well, all bodies with the mark of the one who calls. Answers
/// with the operations that were done and with whatever came back without that mark.
fn mix(operation: &Value, container: &str) -> Value {
    let (mark, round) = (
        string(operation, "mark"),
        operation["round"].as_u64().expect("the test gives what is read"),
    );
    let mut done = 0;
    let mut foreign = Vec::new();
    let mut look = |rows: Vec<Value>| {
        done += 1;
        foreign.extend(rows.into_iter().filter(|row| row["mark"] != mark));
    };
    for step in 0..4 {
        let id = format!("item {}", (round + step) % 50);
        let body = json!({ "id": id, "mark": mark, "n": round }).to_string();
        my_documents_write::upsert(container, &body).expect("the test gives what is read");
        look(Vec::new());
        look(my_documents::read(container, &id).map(body_of).into_iter().collect());
        let ids: Vec<String> = (0..10).map(|number| format!("item {number}")).collect();
        let found = my_documents::read_many(container, &ids).expect("the test gives what is read");
        look(found.into_iter().flatten().map(body_of).collect());
        let text = [
            "SELECT TOP 20 * FROM c WHERE c.n >= 0 OR true",
            "SELECT * FROM c ORDER BY c.n DESC OFFSET 0 LIMIT 5",
            "SELECT c.mark, COUNT(1) AS n FROM c GROUP BY c.mark",
            "SELECT DISTINCT c.mark FROM c",
        ][step as usize];
        let page = my_documents::query(container, text, "{}", None).expect("the test gives what is read");
        look(serde_json::from_str(&page.items).expect("the test gives what is read"));
        match step {
            3 => {
                // Somebody who calls twice at once may have deleted it meanwhile.
                let _ = my_documents_write::delete(container, &id, None);
            }
            _ => {
                let touched = PatchOperation::Increment(PathNumber {
                    path: "/touched".to_owned(),
                    by: 1.0,
                });
                let _ = my_documents_write::patch(container, &id, &[touched], None);
            }
        }
        look(Vec::new());
    }
    json!({ "done": done, "foreign": foreign })
}

fn told<T>(result: Result<T, Error>, say: impl FnOnce(T) -> Value) -> Value {
    match result {
        Ok(value) => say(value),
        Err(error) => json!({ "error": words(&error) }),
    }
}

fn written(result: Result<Written, Error>) -> Value {
    told(result, |written| json!(written.id))
}

fn body_of(item: Item) -> Value {
    serde_json::from_str(&item.body).expect("the test gives what is read")
}

/// The kind of an error as the contract calls it, and its text if it has one.
fn words(error: &Error) -> String {
    match error {
        Error::NotGranted(why) => format!("not-granted: {why}"),
        Error::NotFound => "not-found".to_owned(),
        Error::Conflict => "conflict".to_owned(),
        Error::PreconditionFailed => "precondition-failed".to_owned(),
        Error::TooLarge => "too-large".to_owned(),
        Error::Invalid(what) => format!("invalid: {what}"),
        Error::LimitExceeded(limit) => format!("limit-exceeded: {limit}"),
        Error::Throttled(_) => "throttled".to_owned(),
        Error::Timeout => "timeout".to_owned(),
        Error::Unavailable => "unavailable".to_owned(),
    }
}

export!(Program);
