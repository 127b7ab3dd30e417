//! Reads and writes whatever it is told to, in the container `expenses`: what an attacker would do who holds the whole
//! grant of an ordinary tool. It says `error:` and the kind where the host refuses.

use serde_json::{Value, json};
use usher_sdk::documents::{self, Patch, Transaction};
use usher_sdk::prelude::*;

const CONTAINER: &str = "expenses";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Create {
    body: Value,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Read {
    id: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Query {
    text: String,
    #[serde(default)]
    parameters: Vec<(String, Value)>,
    max_items: Option<u32>,
    continuation: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Answer {
    answer: Value,
}

fn told<T>(result: Result<T, documents::Error>, say: impl FnOnce(T) -> Value) -> Result<Answer, Error> {
    let answer = match result {
        Ok(value) => say(value),
        Err(error) => Value::String(format!("error: {error:?}")),
    };
    Ok(Answer { answer })
}

/// Stores a new item.
#[tool(requires(my_documents_write(CONTAINER)))]
fn create(input: Create) -> Result<Answer, Error> {
    told(
        my_documents_write::container(CONTAINER).create(&input.body),
        |written| json!(written.id),
    )
}

/// Stores an item over whatever was there.
#[tool(requires(my_documents_write(CONTAINER)))]
fn upsert(input: Create) -> Result<Answer, Error> {
    told(
        my_documents_write::container(CONTAINER).upsert(&input.body),
        |written| json!(written.id),
    )
}

/// Replaces an item.
#[tool(requires(my_documents_write(CONTAINER)))]
fn replace(input: Create) -> Result<Answer, Error> {
    told(
        my_documents_write::container(CONTAINER).replace(&input.body, None),
        |written| json!(written.id),
    )
}

/// Moves the partition's property, and whatever else, by a patch.
#[tool(requires(my_documents_write(CONTAINER)))]
fn patch(input: Read) -> Result<Answer, Error> {
    let patch = Patch::new().set("/touched", true);
    told(
        my_documents_write::container(CONTAINER).patch(&input.id, patch),
        |written| json!(written.id),
    )
}

/// Deletes an item.
#[tool(requires(my_documents_write(CONTAINER)))]
fn delete(input: Read) -> Result<Answer, Error> {
    told(my_documents_write::container(CONTAINER).delete(&input.id, None), |()| {
        json!("deleted")
    })
}

/// Deletes an item by a transaction.
#[tool(requires(my_documents_write(CONTAINER)))]
fn transact_delete(input: Read) -> Result<Answer, Error> {
    let transaction = Transaction::new().delete(&input.id, None);
    let done = my_documents_write::container(CONTAINER)
        .transact(transaction)
        .map_err(|error| error.error);
    told(done, |_| json!("deleted"))
}

/// Reads an item.
#[tool(read_only = true, requires(my_documents(CONTAINER)))]
fn read(input: Read) -> Result<Answer, Error> {
    told(my_documents::container(CONTAINER).read::<Value>(&input.id), |item| {
        item.body
    })
}

/// Reads several items.
#[tool(read_only = true, requires(my_documents(CONTAINER)))]
fn read_many(input: ReadMany) -> Result<Answer, Error> {
    let found = my_documents::container(CONTAINER).read_many::<Value>(&input.ids);
    told(found, |items| {
        items.into_iter().map(|item| item.map(|item| item.body)).collect()
    })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReadMany {
    ids: Vec<String>,
}

/// Queries.
#[tool(read_only = true, requires(my_documents(CONTAINER)))]
fn query(input: Query) -> Result<Answer, Error> {
    let mut query = my_documents::container(CONTAINER)
        .query::<Value>(&input.text)
        .continue_from(input.continuation);
    for (name, value) in &input.parameters {
        query = query.bind(name, value);
    }
    if let Some(count) = input.max_items {
        query = query.max_items(count);
    }
    told(
        query.page(),
        |page| json!({ "items": page.items, "continuation": page.continuation }),
    )
}

usher_sdk::export!(
    create,
    upsert,
    replace,
    patch,
    delete,
    transact_delete,
    read,
    read_many,
    query
);
