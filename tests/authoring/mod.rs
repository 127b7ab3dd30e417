//! From nothing to a tool that is called: a new project, its build, its unit tests, and the loop at each save. Told once, for every
//! language.
//!
//! ```text
//! languages  what is different between them: a line that doesn't compile, how unit tests are run, what the machine must have
//! projects   folders of projects, and the commands that authors run there
//! inner_loop what callers and the author see while a source is broken and mended
//! snapshots  what is random, and the time: new at each call
//! refusals   what `usher new` and `usher build` won't do, and what they say then
//! ```

mod inner_loop;
mod languages;
mod projects;
mod refusals;
mod snapshots;

/// Makes the story a test for every language.
macro_rules! in_every_language {
    ($($language:ident),*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $language() {
                inner_loop::from_nothing_to_a_call(&languages::$language()).await;
            }
        )*
    };
}

/// From nothing to a tool that is called, in …
mod from_nothing_to_a_call_in {
    use super::{inner_loop, languages};

    in_every_language!(rust, python, js);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_made_up_twice_in_python() {
    snapshots::nothing_is_made_up_twice(&languages::python(), &snapshots::PYTHON).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_made_up_twice_in_js() {
    snapshots::nothing_is_made_up_twice(&languages::js(), &snapshots::JS).await;
}
