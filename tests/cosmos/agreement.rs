//! The evaluator against Microsoft's: generated queries over generated items, asked of the embedded store on one side and of the
//! emulator's own query engine on the other, by Microsoft's client.
//!
//! Left out is what the emulator is known to answer otherwise than documented: strings in double quotes, subqueries, date functions,
//! SUM and AVG over what is no number, `SELECT VALUE` of undefined, and NOT of an IN, of which the emulator says that undefined is
//! not in a list: documented is that IN stands for comparisons joined by OR, which are undefined then. Items are compared as values; the order of an answer only
//! where the query has one, on a property that every item has and no two share.

use azure_data_cosmos::{AccountEndpoint, AccountReference, CosmosClient, FeedScope, RoutingStrategy};
use futures_util::StreamExt;
use serde_json::Value;
use usher_cosmos_emulator::{ACCOUNT_KEY, DATABASE, Emulator};
use usher_documents::{CosmosStore, DocumentStore, EmbeddedSettings, EmbeddedStore, QueryOptions, Scope};

use crate::conformance::{ada, definitions, notes, wide};
use crate::stage::{emulator, settings};

const ITEMS: usize = 60;
const QUERIES: usize = 400;

/// A generator of numbers: SplitMix64, so that a failure comes again with the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % sides as u64) as usize
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.roll(choices.len())]
    }

    fn item(&mut self, index: usize) -> String {
        let mut members = vec![format!(r#""id":"{index:03}","n":{index}"#)];
        let values = [
            "0",
            "1",
            "-2.5",
            "7",
            "true",
            "false",
            "null",
            r#""a""#,
            r#""Ab""#,
            r#""b c""#,
            "[1,2]",
            r#"{"x":1}"#,
        ];
        for name in ["a", "b", "s"] {
            if self.roll(5) > 0 {
                members.push(format!(r#""{name}":{}"#, self.one_of(&values)));
            }
        }
        if self.roll(2) == 0 {
            members.push(format!(
                r#""o":{{"x":{},"y":{}}}"#,
                self.one_of(&values),
                self.one_of(&values)
            ));
        }
        format!("{{{}}}", members.join(","))
    }

    fn constant(&mut self) -> &'static str {
        self.one_of(&["0", "1", "-2.5", "7", "true", "false", "null", "'a'", "'Ab'", "'b c'"])
    }

    fn path(&mut self) -> &'static str {
        self.one_of(&["c.a", "c.b", "c.s", "c.n", "c.o.x", "c.o.y", "c['a']", "c.none"])
    }

    fn operand(&mut self, depth: usize) -> String {
        match self.roll(if depth == 0 { 2 } else { 4 }) {
            0 => self.path().to_owned(),
            1 => self.constant().to_owned(),
            2 => format!(
                "({} {} {})",
                self.operand(depth - 1),
                self.one_of(&["+", "-", "*"]),
                self.operand(depth - 1)
            ),
            _ => format!("{}({})", self.one_of(&["LOWER", "UPPER", "LENGTH", "ABS"]), self.path()),
        }
    }

    fn condition(&mut self, depth: usize, negated: bool) -> String {
        match self.roll(if depth == 0 { 4 } else { 7 }) {
            0 => {
                let operator = self.one_of(&["=", "!=", "<", "<=", ">", ">="]);
                format!("{} {operator} {}", self.operand(1), self.operand(1))
            }
            1 => {
                let function = self.one_of(&[
                    "IS_DEFINED",
                    "IS_NULL",
                    "IS_NUMBER",
                    "IS_STRING",
                    "IS_BOOL",
                    "IS_ARRAY",
                    "IS_OBJECT",
                ]);
                format!("{function}({})", self.path())
            }
            2 if !negated => format!("{} IN ({}, {})", self.path(), self.constant(), self.constant()),
            2 | 3 => format!(
                "{}({}, {})",
                self.one_of(&["STARTSWITH", "CONTAINS", "ENDSWITH"]),
                self.path(),
                self.one_of(&["'a'", "'b'", "'c'"])
            ),
            4 => format!(
                "({} AND {})",
                self.condition(depth - 1, negated),
                self.condition(depth - 1, negated)
            ),
            5 => format!(
                "({} OR {})",
                self.condition(depth - 1, negated),
                self.condition(depth - 1, negated)
            ),
            _ => format!("NOT ({})", self.condition(depth - 1, true)),
        }
    }

    fn query(&mut self) -> String {
        let filter = format!("WHERE {}", self.condition(2, false));
        match self.roll(4) {
            0 => format!("SELECT c.id, c.a AS first, c.o.x FROM c {filter}"),
            1 => format!(
                "SELECT VALUE c.id FROM c {filter} ORDER BY c.n {}",
                self.one_of(&["ASC", "DESC"])
            ),
            2 => format!("SELECT VALUE COUNT(1) FROM c {filter}"),
            _ => format!("SELECT VALUE c.id FROM c {filter}"),
        }
    }
}

/// All that Microsoft's client and engine answer within ada's partition.
async fn theirs(client: &azure_data_cosmos::ContainerClient, sql: &str) -> Vec<Value> {
    let items = client
        .query_items::<Value>(sql, FeedScope::partition("ada"), None)
        .await;
    let mut items = items.unwrap_or_else(|error| panic!("{sql}: {}", error.status().status_code()));
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        all.push(item.unwrap_or_else(|error| panic!("{sql}: {}", error.status().status_code())));
    }
    all
}

async fn ours(store: &dyn DocumentStore, sql: &str) -> Vec<Value> {
    let options = QueryOptions {
        max_items: Some(1000),
        continuation: None,
    };
    let page = store
        .query(&notes(), Scope::Partition(&ada()), sql, "{}", &options, &wide())
        .await;
    serde_json::from_str(&page.unwrap_or_else(|error| panic!("{sql}: {error}")).items).unwrap()
}

fn in_order(sql: &str, mut items: Vec<Value>) -> Vec<Value> {
    if !sql.contains("ORDER BY") {
        items.sort_by_key(Value::to_string);
    }
    items
}

async fn client(emulator: &Emulator) -> azure_data_cosmos::ContainerClient {
    let endpoint = AccountEndpoint::from(emulator.endpoint().clone());
    let account = AccountReference::with_authentication_key(endpoint, ACCOUNT_KEY);
    let client = CosmosClient::builder()
        .build(account, RoutingStrategy::PreferredRegions(Vec::new()))
        .await;
    client
        .unwrap()
        .database_client(DATABASE)
        .container_client("notes", None)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evaluator_emulator_and_store_agree_on_generated_queries() {
    let mut dice = Dice(20_261_122);
    let directory = tempfile::tempdir().unwrap();
    let embedded = EmbeddedStore::open(EmbeddedSettings::new(directory.path(), definitions())).unwrap();
    let emulator = emulator().await;
    let cosmos = CosmosStore::open(settings(&emulator)).await.unwrap();
    for index in 0..ITEMS {
        let item = dice.item(index);
        embedded.create(&notes(), &ada(), &item).await.unwrap();
        cosmos.create(&notes(), &ada(), &item).await.unwrap();
    }
    let client = client(&emulator).await;
    let mut differences = Vec::new();
    for _ in 0..QUERIES {
        let sql = dice.query();
        let of_embedded = in_order(&sql, ours(&embedded, &sql).await);
        assert_eq!(
            of_embedded,
            in_order(&sql, ours(&cosmos, &sql).await),
            "the two backends: {sql}"
        );
        let of_emulator = in_order(&sql, theirs(&client, &sql).await);
        if of_embedded != of_emulator {
            differences.push(format!(
                "{sql}\n  ours   {}\n  theirs {}",
                Value::from(of_embedded),
                Value::from(of_emulator)
            ));
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {QUERIES}:\n{}",
        differences.len(),
        differences[..differences.len().min(12)].join("\n")
    );
    embedded.close().await;
}
