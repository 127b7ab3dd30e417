//! What can be said of the tools without a host.

use serde_json::{Value, json};
use usher_sdk::describe::{self, Requirement};

use super::*;

fn input_schema<T: Tool>() -> Value {
    serde_json::from_str(&T::describe().input_schema).unwrap()
}

fn output_schema<T: Tool>() -> Value {
    serde_json::from_str(&options::<T>().output_schema.unwrap()).unwrap()
}

fn options<T: Tool>() -> describe::ToolOptions {
    T::describe().options.unwrap()
}

fn refusal(arguments: Value) -> String {
    match add_user_expense::call(&arguments.to_string(), &Context::default()) {
        Err(Error::InvalidParams(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn expense() -> Value {
    json!({"date": "2026-07-28", "amount": 12.5, "category": "food", "description": "Lunch", "payment_method": "visa"})
}

fn with(argument: &str, value: Value) -> Value {
    let mut expense = expense();
    expense[argument] = value;
    expense
}

#[test]
fn the_schema_of_an_expense_says_every_rule() {
    assert_eq!(
        input_schema::<add_user_expense>(),
        json!({
            "type": "object",
            "description": "An expense, as it is recorded and as it is stored.",
            "properties": {
                "date": {
                    "description": "The day of the expense, as YYYY-MM-DD.",
                    "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                },
                "amount": {
                    "description": "What it cost.",
                    "type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000_000,
                },
                "category": {
                    "description": "What it was spent on.",
                    "type": "string", "enum": ["entertainment", "food", "gadget", "other", "shopping", "transport"],
                },
                "description": {
                    "description": "What was bought.",
                    "type": "string", "minLength": 1, "maxLength": 500,
                },
                "payment_method": {
                    "description": "How it was paid.",
                    "type": "string", "enum": ["amex", "cash", "visa"],
                },
            },
            "required": ["date", "amount", "category", "description", "payment_method"],
            "additionalProperties": false,
        })
    );
}

#[test]
fn the_filters_of_a_list_are_optional_and_bounded() {
    let schema = input_schema::<get_user_expenses>();
    assert_eq!(schema.get("required"), None);
    assert_eq!(schema["properties"]["since"]["type"], json!("string"));
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(
        schema["properties"]["limit"],
        json!({"description": "At most so many.", "type": "integer", "minimum": 1, "maximum": 100, "default": 50})
    );
}

#[test]
fn a_tool_without_arguments_refuses_any() {
    assert_eq!(
        input_schema::<get_expense_stats>(),
        json!({"type": "object", "additionalProperties": false})
    );
}

#[test]
fn results_are_described() {
    assert_eq!(output_schema::<add_user_expense>()["required"], json!(["id"]));
    assert_eq!(
        output_schema::<get_user_expenses>()["properties"]["expenses"]["items"]["type"],
        "object"
    );
    assert_eq!(
        output_schema::<get_expense_stats>()["properties"]["categories"]["items"]["type"],
        "object"
    );
}

#[test]
fn no_tool_requires_more_than_it_uses() {
    assert_eq!(
        options::<add_user_expense>().requires,
        [Requirement::MyDocumentsWrite("expenses".into())]
    );
    assert_eq!(
        options::<get_user_expenses>().requires,
        [Requirement::MyDocuments("expenses".into())]
    );
    assert_eq!(
        options::<get_expense_stats>().requires,
        [Requirement::AllDocuments("expenses".into())]
    );
}

#[test]
fn only_the_tools_that_read_say_that_they_only_read() {
    let read_only = |options: describe::ToolOptions| options.annotations.and_then(|annotations| annotations.read_only);
    assert_eq!(read_only(options::<add_user_expense>()), None);
    assert_eq!(read_only(options::<get_user_expenses>()), Some(true));
    assert_eq!(read_only(options::<get_expense_stats>()), Some(true));
}

#[test]
fn a_day_that_does_not_exist_is_refused_by_name() {
    assert_eq!(
        refusal(with("date", json!("2026-02-30"))),
        "date: there is no such day as 2026-02-30"
    );
}

#[test]
fn a_value_of_the_wrong_type_is_refused_by_name() {
    assert!(refusal(with("amount", json!("12"))).starts_with("amount: "));
    assert!(refusal(with("category", json!("rent"))).starts_with("category: "));
    assert!(refusal(with("payment_method", json!(3))).starts_with("payment_method: "));
}

#[test]
fn an_unknown_argument_is_refused_by_name() {
    assert!(refusal(with("user_id", json!("somebody else"))).starts_with("user_id: "));
}

#[test]
fn sums_are_to_the_cent_and_sorted() {
    let row = |category, total| CategoryStatistics {
        category,
        count: 3,
        total,
    };
    let rows = sorted_to_the_cent(vec![row(Category::Transport, 0.1 + 0.2), row(Category::Food, 1.005e6)]);
    assert_eq!(rows, [row(Category::Food, 1_005_000.0), row(Category::Transport, 0.3)]);
}
