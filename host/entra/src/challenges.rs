//! Reading `WWW-Authenticate` (RFC 9110 §11.6.1): a list of challenges, each a scheme with a list of parameters, both
//! separated by commas.

/// One challenge.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The first parameter of that name. Names are compared without regard to case.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        let found = parameters.find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// The challenges of one header value. What can't be read ends the list.
pub(crate) fn challenges(value: &str) -> Vec<Challenge> {
    let mut rest = value.trim_start_matches(is_separator);
    let mut challenges: Vec<Challenge> = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.is_empty() {
            break;
        }
        // A word before `=` is a parameter of the last scheme; any other word is a scheme.
        match after.trim_start_matches([' ', '\t']).strip_prefix('=') {
            Some(after) => {
                let Some((text, after)) = parameter_value(after.trim_start_matches([' ', '\t'])) else {
                    break;
                };
                if let Some(challenge) = challenges.last_mut() {
                    challenge.parameters.push((word.to_owned(), text));
                }
                rest = after;
            }
            None => {
                challenges.push(Challenge {
                    scheme: word.to_owned(),
                    parameters: Vec::new(),
                });
                rest = after;
            }
        }
        rest = rest.trim_start_matches(is_separator);
    }
    challenges
}

/// A token or a quoted string, and what follows it.
fn parameter_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| !is_token(c)).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

fn is_separator(character: char) -> bool {
    matches!(character, ' ' | '\t' | ',')
}

/// The characters of a token, RFC 9110 §5.6.2.
fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_and_parameters_are_told_apart() {
        let read = challenges(r#"Negotiate, Basic realm="a, \"b\"" , Bearer error=invalid_token,scope = "x y""#);
        let schemes: Vec<&str> = read.iter().map(|challenge| challenge.scheme.as_str()).collect();
        assert_eq!(schemes, ["Negotiate", "Basic", "Bearer"]);
        assert_eq!(read[1].parameter("Realm"), Some(r#"a, "b""#));
        assert_eq!(read[2].parameter("error"), Some("invalid_token"));
        assert_eq!(read[2].parameter("scope"), Some("x y"));
        assert_eq!(read[2].parameter("realm"), None);
    }

    #[test]
    fn what_cannot_be_read_ends_the_list() {
        for value in ["", ", ,", "\"", "=", "Bearer a=\"unterminated", "Bearer a=\"\\"] {
            let read = challenges(value);
            assert!(
                read.iter().all(|challenge| challenge.parameter("a").is_none()),
                "{value}"
            );
        }
    }
}
