//! The number of an AADSTS error, explained.

use serde_json::json;
use usher_entra::aadsts;

use super::report::print;

/// A number as people copy it: `65001`, `AADSTS65001`, with what a message has after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code(u32);

impl Code {
    /// Reads one, for the command line.
    ///
    /// # Errors
    /// It isn't one; the message says how to write it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_end_matches(':');
        let prefix = text.get(..6).filter(|start| start.eq_ignore_ascii_case("AADSTS"));
        let digits = prefix.map_or(text, |prefix| &text[prefix.len()..]);
        if !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && let Ok(code) = digits.parse()
        {
            return Ok(Self(code));
        }
        Err("write the number of an error, as 65001 or AADSTS65001".to_owned())
    }
}

/// Prints what it means and what to do; or where Microsoft says so, if it isn't known here.
pub(super) fn explain(Code(code): Code, is_json: bool) {
    let link = format!("https://login.microsoftonline.com/error?code={code}");
    let explained = aadsts::explain(code);
    if is_json {
        let (meaning, fix) = explained.map(|explained| (explained.meaning, explained.fix)).unzip();
        let object = json!({ "aadsts": code, "meaning": meaning, "fix": fix, "link": link });
        print(&format!("{object:#}\n"));
        return;
    }
    print(&match explained {
        Some(explained) => format!(
            "AADSTS{code}\n  means: {}\n  to do: {}\n  more:  {link}\n",
            explained.meaning, explained.fix
        ),
        None => format!("AADSTS{code}\n  It isn't known here; Microsoft explains it at {link}\n"),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_copy_it() {
        for text in ["65001", "AADSTS65001", "aadsts65001", "AADSTS65001:", " 65001 "] {
            assert_eq!(Code::parse(text), Ok(Code(65001)), "{text:?}");
        }
        for text in ["", "AADSTS", "x", "-1", "+1", "1.0", "99999999999", "ÄÄDSTS1"] {
            assert!(Code::parse(text).is_err(), "{text:?}");
        }
    }
}
