//! Answers the host calls of one call from a recording.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use thiserror::Error;

use super::entry::{Entry, Question};

/// A recording that is played, for whoever holds another handle of it to see how it went.
#[derive(Debug, Clone)]
pub struct Replay(Arc<Mutex<Playing>>);

#[derive(Debug)]
struct Playing {
    entries: Vec<Entry>,
    next: usize,
    departure: Option<Departure>,
}

/// Where a call left its recording. Ends the call: an answer to another question than the recorded one would be made up.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Departure {
    /// It asked something else.
    #[error("host call {number}: the tool asks {asked}, where the recording has {recorded}")]
    Asked {
        /// Which host call, counted from 1.
        number: usize,
        /// What it asked.
        asked: Question,
        /// What it asked when it was recorded.
        recorded: Question,
    },
    /// It asked once more.
    #[error("host call {number}: the tool asks {asked}, where the recording has no further host call")]
    Beyond {
        /// Which host call, counted from 1.
        number: usize,
        /// What it asked.
        asked: Question,
    },
    /// The recorded answer isn't one of this function, in this version of the contract.
    #[error("host call {number}: the recorded answer to {asked} doesn't read: {why}")]
    Unreadable {
        /// Which host call, counted from 1.
        number: usize,
        /// What was asked.
        asked: Question,
        /// What is wrong.
        why: String,
    },
}

impl Replay {
    /// Will give these answers in this order.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        Self(Arc::new(Mutex::new(Playing {
            entries,
            next: 0,
            departure: None,
        })))
    }

    /// Where the call left the recording, if it did.
    #[must_use]
    pub fn departure(&self) -> Option<Departure> {
        self.playing().departure.clone()
    }

    /// The host calls that were answered.
    #[must_use]
    pub fn answered(&self) -> Vec<Entry> {
        let playing = self.playing();
        playing.entries[..playing.next].to_vec()
    }

    /// The host calls of the recording that weren't made.
    #[must_use]
    pub fn left(&self) -> Vec<Entry> {
        let playing = self.playing();
        playing.entries[playing.next..].to_vec()
    }

    /// The recorded answer, with the number of the host call. A [`Departure`] is a trap, so that a guest can't ignore it.
    pub(crate) fn ask(&self, asked: &Question) -> wasmtime::Result<(usize, Value)> {
        let mut playing = self.playing();
        let number = playing.next + 1;
        let departure = match playing.entries.get(playing.next) {
            Some(entry) if entry.question == *asked => {
                let answer = entry.answer.clone();
                playing.next = number;
                return Ok((number, answer));
            }
            Some(entry) => Departure::Asked {
                number,
                asked: asked.clone(),
                recorded: entry.question.clone(),
            },
            None => Departure::Beyond {
                number,
                asked: asked.clone(),
            },
        };
        playing.departure = Some(departure.clone());
        Err(departure.into())
    }

    /// That an answer doesn't read.
    pub(crate) fn unreadable(&self, number: usize, asked: Question, why: String) -> Departure {
        let departure = Departure::Unreadable { number, asked, why };
        self.playing().departure = Some(departure.clone());
        departure
    }

    fn playing(&self) -> MutexGuard<'_, Playing> {
        // Nothing in here panics half-way, so what a poisoned lock guards is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bindings::{documents, graph, graph_types, log, my_documents};
    use crate::testing::replaying;

    fn read(id: &str, answer: Value) -> Entry {
        Entry {
            question: Question::new("my-documents", "read", &("notes", id)).unwrap(),
            answer,
        }
    }

    #[tokio::test]
    async fn recorded_answers_are_given_in_their_order_and_nothing_is_reached() {
        let response =
            json!({ "Ok": { "status": 200, "body": { "content_type": "text/plain", "data": { "$text": "hi" } } } });
        let asked = graph::GetRequest {
            path: "/me".to_owned(),
            query: Vec::new(),
        };
        let replay = Replay::new(vec![
            read("1", json!({ "Err": { "Throttled": 7 } })),
            Entry {
                question: Question::new("graph", "get", &(&asked,)).unwrap(),
                answer: response,
            },
        ]);
        // Neither a grant nor a permit gives it anything, and there is no Graph.
        let mut call = replaying("", replay.clone());
        let item = my_documents::Host::read(&mut call.context, "notes".to_owned(), "1".to_owned());
        let item = item.await.unwrap();
        assert!(matches!(item, Err(documents::Error::Throttled(Some(7)))), "{item:?}");
        // What a tool says is written, and isn't compared.
        let said = log::Host::log(&mut call.context, log::Level::Info, "anything".to_owned());
        said.await.unwrap();
        let body = graph::Host::get(&mut call.context, asked).await.unwrap().unwrap().body;
        assert!(matches!(body, Some(graph_types::Body { data, .. }) if data == b"hi"));
        assert_eq!((replay.answered().len(), replay.left().len()), (2, 0));
    }

    #[tokio::test]
    async fn another_question_ends_the_call_and_so_does_one_too_many() {
        let recorded = vec![read("1", json!({ "Err": "NotFound" }))];
        let replay = Replay::new(recorded.clone());
        let mut call = replaying("", replay.clone());
        let asked = my_documents::Host::read(&mut call.context, "notes".to_owned(), "2".to_owned());
        assert!(asked.await.unwrap_err().is::<Departure>());
        let departure = replay.departure().unwrap().to_string();
        assert!(
            departure.contains(r#"asks my-documents.read("notes", "2")"#) && departure.contains(r#"("notes", "1")"#),
            "{departure}"
        );
        assert_eq!(replay.left(), recorded);

        let replay = Replay::new(Vec::new());
        let mut call = replaying("", replay.clone());
        let asked = my_documents::Host::read(&mut call.context, "notes".to_owned(), "1".to_owned());
        assert!(asked.await.unwrap_err().is::<Departure>());
        assert!(matches!(replay.departure(), Some(Departure::Beyond { number: 1, .. })));
    }

    #[tokio::test]
    async fn an_answer_that_is_none_of_the_function_is_not_made_up() {
        let replay = Replay::new(vec![read("1", json!({ "Ok": 7 }))]);
        let mut call = replaying("", replay.clone());
        let asked = my_documents::Host::read(&mut call.context, "notes".to_owned(), "1".to_owned());
        assert!(asked.await.unwrap_err().is::<Departure>());
        assert!(matches!(replay.departure(), Some(Departure::Unreadable { .. })));
    }
}
