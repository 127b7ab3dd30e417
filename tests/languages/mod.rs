//! One sample in three languages, and one set of promises: who calls a tool can't tell what it was written in.
//!
//! ```text
//! trial     a host that serves the sample of a language, and what people do with it
//! listed    what a model reads of the tools
//! promises  what the tools do
//! ```

mod listed;
mod promises;
mod trial;

/// Makes every promise a test for every language.
macro_rules! in_every_language {
    ($($promise:path as $test:ident;)*) => {
        in_every_language!(@ rust "followups" $($promise as $test;)*);
        in_every_language!(@ python "followups-python" $($promise as $test;)*);
        in_every_language!(@ js "followups-js" $($promise as $test;)*);
    };
    (@ $language:ident $sample:literal $($promise:path as $test:ident;)*) => {
        mod $language {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    $promise(&trial::Trial::of($sample).await).await;
                }
            )*
        }
    };
}

in_every_language! {
    listed::as_written_down as a_model_reads_the_same_of_each_tool;
    promises::most_urgent_first as what_is_added_is_listed_the_most_urgent_first;
    promises::until_a_day as a_list_goes_no_further_than_asked;
    promises::finished as what_is_finished_is_gone;
    promises::own_alone as nobody_sees_or_finishes_what_is_somebody_elses;
    promises::mailed_to_oneself as what_is_open_is_mailed_to_its_owner;
    promises::nothing_to_mail as nothing_open_is_no_mail;
    promises::not_a_day as a_day_that_does_not_exist_is_refused_by_name;
    promises::wrong_arguments as wrong_arguments_are_refused_before_the_tool_runs;
    promises::text_as_well as a_result_is_structured_and_text;
    promises::any_text as any_text_comes_back_as_it_was;
}
