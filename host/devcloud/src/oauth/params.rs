//! The parameters of a query or a form, read by OAuth's rules rather than a web framework's.

use super::errors::EntraError;

/// Decoded parameters, in the order sent.
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Decodes `application/x-www-form-urlencoded` text. A parameter must not be sent twice (RFC 6749, section 3.1),
    /// except `resource` (RFC 8707, section 2).
    pub(crate) fn parse(text: &str) -> Result<Self, EntraError> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if name != "resource" && pairs.iter().any(|(known, _)| *known == name) {
                return Err(EntraError::duplicated_parameter(&name));
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    /// A parameter's value; one sent without a value counts as omitted (RFC 6749, section 3.1).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// A parameter without which the request means nothing.
    pub(crate) fn require(&self, name: &str) -> Result<&str, EntraError> {
        self.get(name).ok_or_else(|| EntraError::missing_parameter(name))
    }

    /// All values of a parameter that may repeat.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let matching = self
            .0
            .iter()
            .filter(|(known, value)| known == name && !value.is_empty());
        matching.map(|(_, value)| value.clone()).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn errors_when_a_parameter_is_sent_twice() {
        assert_eq!(
            Params::parse("scope=a&state=1&scope=b").err().map(|error| error.code),
            Some(9_000_411)
        );
    }

    #[test]
    fn resource_may_repeat_and_an_empty_value_counts_as_omitted() {
        let params = Params::parse("resource=a&resource=b%2Fc&state=").unwrap();
        assert_eq!(params.all("resource"), ["a", "b/c"]);
        assert_eq!(params.get("state"), None);
    }
}
