//! Functions as tools: names, schemas, descriptions, values both ways, errors.

use serde_json::{Value, json};
use usher_runtime::{Fault, Limit, Outcome, contract};
use usher_tests::{Grant, Stage, callers, golden, guest};

/// The functions of the program `foreign-types` that are served.
const FUNCTIONS: [&str; 7] = [
    "contoso_weather_forecast_get",
    "contoso_weather_forecast_echo",
    "contoso_weather_forecast_halve",
    "visits",
    "give-up",
    "fall",
    "spin",
];

async fn weather() -> Stage {
    Stage::with("foreign-types", &Grant::of(&FUNCTIONS).limit("deadline-ms = 1000")).await
}

/// A component with the documentation of its WIT in it, as tools put it there.
fn with_docs(component: &[u8], docs: &Value) -> Vec<u8> {
    let mut contents = b"\x0cpackage-docs\x01".to_vec();
    contents.extend(docs.to_string().as_bytes());
    let mut with_docs = component.to_vec();
    with_docs.push(0);
    let mut size = contents.len();
    while size > 0x7f {
        with_docs.push((size & 0x7f) as u8 | 0x80);
        size >>= 7;
    }
    with_docs.push(size as u8);
    with_docs.extend(contents);
    with_docs
}

async fn error(stage: &Stage, tool: &str, arguments: Value) -> contract::Error {
    match stage.call(&callers::alice(), tool, arguments).await {
        Ok(Outcome::Error { error, .. }) => error,
        other => panic!("{tool} should have said that it didn't work: {other:?}"),
    }
}

#[tokio::test]
async fn each_function_is_a_tool_with_schemas_from_its_types() {
    let stage = weather().await;
    let described: Vec<_> = FUNCTIONS
        .iter()
        .map(|name| {
            let tool = stage.tool(name);
            json!({
                "name": tool.name(),
                "description": tool.description().description,
                "inputSchema": tool.input_schema(),
                "outputSchema": tool.output_schema(),
            })
        })
        .collect();
    golden::assert_is(
        "foreign/golden/tools.json",
        &serde_json::to_string_pretty(&described).unwrap(),
    );
}

#[tokio::test]
async fn a_function_that_json_cannot_call_is_not_served_and_the_reason_is_known() {
    let stage = weather().await;
    let revision = stage
        .catalog()
        .revisions()
        .iter()
        .find(|revision| revision.name() == "foreign-types")
        .unwrap();
    let unserved: Vec<_> = revision
        .examined()
        .unserved
        .iter()
        .map(|one| format!("{} {}", one.function, one.why))
        .collect();
    assert_eq!(
        unserved,
        [
            "contoso:weather/forecast@1.2.0#[method]station.name belongs to a resource, which lives longer than a call",
            "contoso:weather/forecast@1.2.0#nearest has a result with a resource, which JSON can't carry",
        ]
    );
}

#[tokio::test]
async fn a_description_is_the_documentation_that_the_component_carries() {
    let docs = json!({
        "worlds": {"service": {"func_exports": {"visits": {"docs": "How often it was asked."}}}},
        "interfaces": {"forecast": {"docs": "Weather to come.", "funcs": {"get": {"docs": "The weather of a day."}}}},
    });
    let setting = Stage::setting()
        .file("weather.wasm", &with_docs(&guest("foreign-types"), &docs))
        .file("weather.grant.toml", Grant::of(&FUNCTIONS).text().as_bytes());
    let stage = setting.open().await;
    let description = |name: &str| stage.tool(name).description().description.clone();
    assert_eq!(description("visits"), "How often it was asked.");
    assert_eq!(description("contoso_weather_forecast_get"), "The weather of a day.");
    assert_eq!(
        description("contoso_weather_forecast_halve"),
        "`halve` of `contoso:weather/forecast@1.2.0`: Weather to come."
    );
    assert_eq!(
        description("fall"),
        "`fall`, in a component that doesn't describe its functions."
    );
}

#[tokio::test]
async fn every_value_comes_back_as_it_went_in() {
    let stage = weather().await;
    let least = json!({
        "yes": true, "tiny": -128, "small": -32768, "medium": -2147483648, "large": i64::MIN,
        "utiny": 0, "usmall": 0, "umedium": 0, "ularge": 0,
        "real": 0.1, "double": -1e300, "letter": "é", "text": "", "bytes": "",
        "days": [], "pair": ["", {"year": 1, "month": 1, "day": 1}], "unit": "celsius", "details": [],
        "maybe": null, "perhaps": null, "came-out": {"ok": 0}, "done": {"ok": null},
    });
    let most = json!({
        "yes": false, "tiny": 127, "small": 32767, "medium": 2147483647, "large": i64::MAX,
        "utiny": 255, "usmall": 65535, "umedium": 4294967295_u32, "ularge": u64::MAX,
        "real": 16777216.0, "double": 5e-324, "letter": "\u{1F327}", "text": "rain\u{0}\n\"", "bytes": "AP8QgA==",
        "days": ["today", {"in-days": 3}, {"on-date": {"year": 2026, "month": 11, "day": 23}}],
        "pair": ["noon", {"year": 65535, "month": 12, "day": 31}], "unit": "fahrenheit", "details": ["wind", "sun"],
        "maybe": "so", "perhaps": {"some": 7}, "came-out": {"error": "no"}, "done": {"error": null},
    });
    let mut inner_none = most.clone();
    inner_none["perhaps"] = json!({"some": null});
    for value in [least, most, inner_none] {
        let arguments = json!({ "value": value });
        let echoed = stage
            .structured(&callers::alice(), "contoso_weather_forecast_echo", arguments)
            .await;
        assert_eq!(echoed, json!({ "result": value }));
    }
}

#[tokio::test]
async fn options_may_be_left_out_and_whole_numbers_may_be_written_with_a_point() {
    let stage = weather().await;
    let get = async |arguments: Value| {
        stage
            .structured(&callers::alice(), "contoso_weather_forecast_get", arguments)
            .await
    };
    assert_eq!(get(json!({"day": "today"})).await, json!({"result": "20 °C"}));
    assert_eq!(
        get(json!({"day": {"in-days": 2.0}, "unit": "fahrenheit"})).await,
        json!({"result": "68 °F in 2 days"})
    );
}

#[tokio::test]
async fn a_number_that_json_does_not_have_is_a_word() {
    let stage = weather().await;
    let halve = async |number: f64| {
        stage
            .structured(
                &callers::alice(),
                "contoso_weather_forecast_halve",
                json!({ "number": number }),
            )
            .await
    };
    assert_eq!(halve(3.0).await, json!({"result": 1.5}));
    assert_eq!(halve(1.0).await, json!({"result": "Infinity"}));
}

#[tokio::test]
async fn arguments_that_do_not_fit_the_types_are_refused_by_the_schema() {
    let stage = weather().await;
    let check = |arguments: Value| stage.tool("contoso_weather_forecast_get").check_arguments(&arguments);
    assert!(check(json!({"day": "today"})).is_ok());
    for arguments in [
        json!({}),
        json!({"day": "yesterday"}),
        json!({"day": {"in-days": 256}}),
        json!({"day": {"in-days": 1.5}}),
        json!({"day": {"in-days": 1, "today": null}}),
        json!({"day": {"on-date": {"year": 2026, "month": 11}}}),
        json!({"day": "today", "unit": "kelvin"}),
        json!({"day": "today", "hour": 5}),
    ] {
        assert!(check(arguments.clone()).is_err(), "{arguments}");
    }
}

#[tokio::test]
async fn what_a_schema_cannot_say_is_an_error_that_names_the_place() {
    let stage = weather().await;
    let value = json!({
        "yes": true, "tiny": 0, "small": 0, "medium": 0, "large": 0, "utiny": 0, "usmall": 0, "umedium": 0, "ularge": 0,
        "real": 0, "double": 0, "letter": "x", "text": "", "bytes": "not base64!",
        "days": [], "pair": ["", {"year": 1, "month": 1, "day": 1}], "unit": "celsius", "details": [],
        "came-out": {"ok": 0}, "done": {"ok": null},
    });
    let error = error(&stage, "contoso_weather_forecast_echo", json!({ "value": value })).await;
    let contract::Error::InvalidParams(text) = error else {
        panic!("{error:?}")
    };
    assert_eq!(text, "value/bytes: must be base64 (RFC 4648 §4)");
}

#[tokio::test]
async fn the_error_of_a_result_is_the_error_of_the_tool() {
    let stage = weather().await;
    let failed = |error: contract::Error| match error {
        contract::Error::Failed(text) => text,
        other => panic!("{other:?}"),
    };
    let given_up = error(&stage, "give-up", json!({"why": "It rains."})).await;
    assert_eq!(failed(given_up), "It rains.");
    let too_far = error(&stage, "contoso_weather_forecast_get", json!({"day": {"in-days": 9}})).await;
    assert_eq!(failed(too_far), r#"{"too-far":9}"#);
    let well = stage.structured(&callers::alice(), "give-up", json!({"why": ""})).await;
    assert_eq!(well, json!({"result": null}));
}

#[tokio::test]
async fn each_call_finds_a_fresh_instance() {
    let stage = weather().await;
    for _ in 0..3 {
        let visits = stage.structured(&callers::alice(), "visits", json!({})).await;
        assert_eq!(visits, json!({"result": 1}));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trap_and_a_loop_cost_their_own_call() {
    let stage = weather().await;
    let fell = stage.call(&callers::alice(), "fall", json!({})).await;
    assert!(matches!(fell, Err(Fault::Trap { .. })), "{fell:?}");
    let spun = stage.call(&callers::alice(), "spin", json!({})).await;
    assert!(matches!(spun, Err(Fault::Limit { limit: Limit::Deadline })), "{spun:?}");
}

#[tokio::test]
async fn a_function_without_a_rule_is_not_served() {
    let stage = Stage::with("foreign-types", &Grant::of(&["visits"])).await;
    assert!(stage.catalog().tool("visits").is_some());
    assert!(stage.catalog().tool("fall").is_none());
}

#[tokio::test]
async fn two_functions_of_one_name_are_refused_with_both() {
    let stage = Stage::with("foreign-versions", &Grant::of(&["contoso_clock_time_now"])).await;
    golden::assert_is("foreign/golden/same-name.txt", &stage.refusal("foreign-versions.wasm"));
}
