//! One call of a host function, on its way between the component and what answers.

use std::time::Instant;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::bytes;
use super::entry::Question;
use super::recorder::Recorder;
use super::replay::Replay;

/// A call of a host function that was counted and may be answered.
pub(crate) enum HostCall {
    /// By the services, and nobody takes notes: what a served call is.
    Served,
    /// By the services, on tape.
    Recorded {
        recorder: Recorder,
        question: Question,
        /// Whether the component learns something from the answer.
        answers: bool,
    },
    /// From the tape.
    Replayed {
        replay: Replay,
        number: usize,
        question: Question,
        answer: Value,
    },
}

impl HostCall {
    /// Answers it: by doing what there is to do, or by what a recording says, in which case nothing is done.
    pub(crate) async fn answer<T: Serialize + DeserializeOwned>(
        self,
        doing: impl Future<Output = T>,
    ) -> wasmtime::Result<T> {
        match self {
            Self::Served => Ok(doing.await),
            Self::Recorded {
                recorder,
                question,
                answers,
            } => {
                let begun = Instant::now();
                let answer = doing.await;
                let took = begun.elapsed();
                let written = bytes::readable(serde_json::to_value(&answer)?);
                recorder.add(question, written, took, answers);
                Ok(answer)
            }
            Self::Replayed {
                replay,
                number,
                question,
                answer,
            } => serde_json::from_value(bytes::plain(answer))
                .map_err(|error| replay.unreadable(number, question, error.to_string()).into()),
        }
    }
}
