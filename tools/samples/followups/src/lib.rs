//! Follow-ups: people note what they have to come back to, and have it mailed to themselves.
//!
//! An item of the container `follow-ups` belongs to whoever added it. The host sees to that: nothing here knows who is calling, and
//! `my_documents` has no words for anybody else's items.
#![forbid(unsafe_code)]

mod mail;

use usher_sdk::prelude::*;

use mail::{Me, mail};

const FOLLOW_UPS: &str = "follow-ups";

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewFollowUp {
    /// What it is about.
    #[schemars(length(min = 1, max = 200))]
    subject: String,
    /// The day by which to come back to it, as YYYY-MM-DD.
    due: Date,
    /// What there is to know about it.
    #[schemars(length(max = 2000))]
    about: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Added {
    /// The id of the new follow-up.
    id: String,
}

/// Notes something that the person who is signed in has to come back to.
#[tool(
    title = "Add follow-up",
    destructive = false,
    idempotent = false,
    open_world = false,
    requires(my_documents_write(FOLLOW_UPS))
)]
fn add_follow_up(follow_up: NewFollowUp) -> Result<Added, Error> {
    let written = my_documents_write::container(FOLLOW_UPS).create(&follow_up)?;
    Ok(Added { id: written.id })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Only what is due on this day, as YYYY-MM-DD, or before.
    until: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct FollowUp {
    /// Its id.
    id: String,
    /// What it is about.
    subject: String,
    /// The day by which to come back to it.
    due: Date,
    /// What there is to know about it.
    about: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct FollowUps {
    /// The follow-ups, the most urgent first.
    follow_ups: Vec<FollowUp>,
}

/// Lists what the person who is signed in has to come back to, the most urgent first.
#[tool(
    title = "My follow-ups",
    read_only = true,
    open_world = false,
    requires(my_documents(FOLLOW_UPS))
)]
fn list_follow_ups(wanted: Wanted) -> Result<FollowUps, Error> {
    let follow_ups = due_until(wanted.until.unwrap_or(Date::LAST))?;
    Ok(FollowUps { follow_ups })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Done {
    /// The id of the follow-up.
    #[schemars(length(min = 1, max = 255))]
    id: String,
}

#[derive(Serialize, JsonSchema)]
struct Finished {
    /// The subject of the follow-up that is done.
    finished: String,
}

/// Removes a follow-up that is done.
#[tool(
    title = "Finish follow-up",
    destructive = true,
    idempotent = false,
    open_world = false,
    requires(my_documents(FOLLOW_UPS), my_documents_write(FOLLOW_UPS))
)]
fn finish_follow_up(done: Done) -> Result<Finished, Error> {
    let follow_up = my_documents::container(FOLLOW_UPS)
        .read::<FollowUp>(&done.id)
        .map_err(unknown)?;
    my_documents_write::container(FOLLOW_UPS)
        .delete(&done.id, None)
        .map_err(unknown)?;
    Ok(Finished {
        finished: follow_up.body.subject,
    })
}

#[derive(Serialize, JsonSchema)]
struct Mailed {
    /// Where it was mailed.
    to: String,
    /// How many there are.
    count: usize,
}

/// Mails their open follow-ups to the person who is signed in.
#[tool(
    title = "Mail my follow-ups",
    destructive = false,
    idempotent = false,
    open_world = false,
    requires(my_documents(FOLLOW_UPS), graph("/me"), graph_write("POST /me/sendMail"))
)]
fn mail_follow_ups() -> Result<Mailed, Error> {
    let me: Me = graph::get("/me").query("$select", "mail,userPrincipalName").json()?;
    let to = me.address();
    let follow_ups = due_until(Date::LAST)?;
    if !follow_ups.is_empty() {
        graph_write::post("/me/sendMail")
            .send_json(&mail(&to, &follow_ups))?
            .success()?;
    }
    Ok(Mailed {
        to,
        count: follow_ups.len(),
    })
}

/// What is due on a day or before, the most urgent first.
fn due_until(until: Date) -> Result<Vec<FollowUp>, Error> {
    let follow_ups = my_documents::container(FOLLOW_UPS)
        .query("SELECT c.id, c.subject, c.due, c.about FROM c WHERE c.due <= @until ORDER BY c.due")
        .bind("@until", until)
        .collect(usize::MAX)?;
    Ok(most_urgent_first(follow_ups))
}

/// By the day, then by the subject: the store sorts by one of them.
fn most_urgent_first(mut follow_ups: Vec<FollowUp>) -> Vec<FollowUp> {
    follow_ups.sort_by(|one, other| (&one.due, &one.subject).cmp(&(&other.due, &other.subject)));
    follow_ups
}

/// What people see of an id that isn't one of theirs, be it unknown or somebody else's.
fn unknown(error: documents::Error) -> Error {
    match error {
        documents::Error::NotFound => Error::failed("There is no follow-up with this id."),
        other => other.into(),
    }
}

usher_sdk::export!(add_follow_up, list_follow_ups, finish_follow_up, mail_follow_ups);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
