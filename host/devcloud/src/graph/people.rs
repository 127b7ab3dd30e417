//! Who the caller is.

use serde_json::{Value, json};

use super::Call;
use super::answer::{Answer, GraphError};
use super::select::Selected;

/// The permissions by which a person may be read by an application that acts for them.
pub(crate) const USER_READ: &[&str] = &["User.Read", "User.ReadWrite", "User.Read.All", "Directory.Read.All"];

/// `GET /me`: the properties that Graph gives unasked, or those that are selected.
pub(crate) fn me(call: &Call<'_>) -> Result<Answer, GraphError> {
    call.request.only_options(&["$select"])?;
    call.caller.must(USER_READ)?;
    let persona = call.caller.persona;
    let (given_name, surname) = persona
        .display_name
        .split_once(' ')
        .unwrap_or((persona.display_name, ""));
    let user = json!({
        "businessPhones": [],
        "displayName": persona.display_name,
        "givenName": given_name,
        "jobTitle": null,
        "mail": persona.username,
        "mobilePhone": null,
        "officeLocation": null,
        "preferredLanguage": null,
        "surname": surname,
        "userPrincipalName": persona.username,
        "id": persona.object_id,
    });
    let selected = Selected::of(call.request.option("$select"));
    let mut user = selected.pick(user, "user")?;
    let context = call.url(&format!("/$metadata#users{}/$entity", selected.in_context()));
    user.insert("@odata.context".into(), json!(context));
    Ok(Answer::ok(Value::Object(user)).costing(1))
}
