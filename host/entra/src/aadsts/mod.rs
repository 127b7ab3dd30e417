//! Entra's error numbers in plain words, for operators: the log, and `usher doctor`.
//!
//! Nothing is decided by a number. Microsoft changes them ("Microsoft Entra authentication and authorization error
//! codes"), and what a caller is told depends on `error`, `suberror` and `claims` alone. Numbers say to a person who
//! looks after the app registration what to look at.

mod table;

/// One number, explained: each part is one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// Explains the number after `AADSTS`; `None` for one that isn't known here, which
/// `https://login.microsoftonline.com/error?code=` may explain.
#[must_use]
pub fn explain(code: u32) -> Option<Explanation> {
    let at = table::EXPLANATIONS
        .binary_search_by_key(&code, |(code, ..)| *code)
        .ok()?;
    let (_, meaning, fix) = table::EXPLANATIONS[at];
    Some(Explanation { meaning, fix })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_each_number_is_found() {
        assert!(table::EXPLANATIONS.is_sorted_by(|(one, ..), (next, ..)| one < next));
        for (code, meaning, fix) in table::EXPLANATIONS.iter().copied() {
            assert_eq!(explain(code), Some(Explanation { meaning, fix }), "{code}");
        }
        assert_eq!(explain(0), None);
    }

    #[test]
    fn meaning_and_fix_are_one_sentence_each() {
        for (code, meaning, fix) in table::EXPLANATIONS {
            for sentence in [meaning, fix] {
                assert!(
                    sentence.ends_with('.') && !sentence.contains(". "),
                    "{code}: {sentence}"
                );
                assert!(sentence.starts_with(char::is_uppercase), "{code}: {sentence}");
            }
        }
    }

    #[test]
    fn what_the_token_endpoint_answers_to_an_exchange_is_explained() {
        for code in [
            50_013, 50_027, 50_057, 50_074, 50_076, 50_078, 50_079, 50_105, 50_173, 50_196, 53_003, 65_001, 65_002,
            70_003, 70_011, 70_021, 90_002, 90_009, 90_055, 28_002, 240_002, 500_011, 500_131, 500_133, 530_032,
            530_084, 650_052, 650_053, 650_056, 650_057, 700_016, 700_027, 700_211, 700_212, 700_213, 700_214, 700_229,
            700_231, 900_144, 901_002, 5_002_741, 7_000_112, 7_000_114, 7_000_215, 7_000_218, 7_000_222, 7_002_138,
            9_010_010,
        ] {
            assert!(explain(code).is_some(), "{code}");
        }
    }
}
