//! Queries, a page at a time.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Error, from_json, to_json};
use crate::bindings::usher::host::documents::{Page as RawPage, QueryOptions};

/// The import that queries.
pub trait QueryStore {
    #[doc(hidden)]
    fn query(container: &str, text: &str, parameters: &str, options: Option<&QueryOptions>) -> Result<RawPage, Error>;
}

/// A page of a query's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// There may be more: give this to [`Query::continue_from`] of the same query.
    pub continuation: Option<String>,
}

/// A query that is being put together.
#[must_use = "a query does nothing until `page`, `collect` or `first`"]
pub struct Query<'a, S, T> {
    container: &'a str,
    text: &'a str,
    parameters: Result<String, Error>,
    options: QueryOptions,
    types: PhantomData<(S, T)>,
}

impl<'a, S: QueryStore, T: DeserializeOwned> Query<'a, S, T> {
    pub(super) fn new(container: &'a str, text: &'a str) -> Self {
        let options = QueryOptions {
            max_items: None,
            continuation: None,
        };
        Self {
            container,
            text,
            parameters: Ok(String::from("{")),
            options,
            types: PhantomData,
        }
    }

    /// Gives a value to a parameter of the text: `.bind("@since", "2026-07-28")`.
    pub fn bind(mut self, name: &str, value: impl Serialize) -> Self {
        self.parameters = self.parameters.and_then(|mut parameters| {
            if parameters.len() > 1 {
                parameters.push(',');
            }
            parameters.push_str(&to_json(name)?);
            parameters.push(':');
            parameters.push_str(&to_json(&value)?);
            Ok(parameters)
        });
        self
    }

    /// At most so many items in a page. Without it: the operator's setting.
    pub fn max_items(mut self, count: u32) -> Self {
        self.options.max_items = Some(count);
        self
    }

    /// Goes on where a page of the same query ended. `None` is the start, so that what a client sent can be passed on.
    pub fn continue_from(mut self, continuation: Option<String>) -> Self {
        self.options.continuation = continuation;
        self
    }

    /// One page.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a row isn't a `T`, and what the store says.
    pub fn page(self) -> Result<Page<T>, Error> {
        let parameters = self.parameters? + "}";
        fetch::<S, T>(self.container, self.text, &parameters, &self.options)
    }

    /// Page after page, until there are `limit` items or no more. Each page costs a call of the host.
    ///
    /// # Errors
    /// As [`Query::page`].
    pub fn collect(mut self, limit: usize) -> Result<Vec<T>, Error> {
        let parameters = self.parameters? + "}";
        let page_size = self.options.max_items.unwrap_or(u32::MAX);
        let mut items = Vec::new();
        while items.len() < limit {
            let missing = u32::try_from(limit - items.len()).unwrap_or(u32::MAX);
            self.options.max_items = Some(page_size.min(missing)).filter(|&count| count < u32::MAX);
            let page = fetch::<S, T>(self.container, self.text, &parameters, &self.options)?;
            items.extend(page.items);
            self.options.continuation = page.continuation;
            if self.options.continuation.is_none() {
                break;
            }
        }
        items.truncate(limit);
        Ok(items)
    }

    /// The first row, `None` if there is none.
    ///
    /// # Errors
    /// As [`Query::page`].
    pub fn first(self) -> Result<Option<T>, Error> {
        Ok(self.collect(1)?.pop())
    }
}

fn fetch<S: QueryStore, T: DeserializeOwned>(
    container: &str,
    text: &str,
    parameters: &str,
    options: &QueryOptions,
) -> Result<Page<T>, Error> {
    let page = S::query(container, text, parameters, Some(options))?;
    Ok(Page {
        items: from_json(&page.items)?,
        continuation: page.continuation,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Ten rows, two a page unless asked for fewer.
    struct Ten;

    impl QueryStore for Ten {
        fn query(_: &str, text: &str, parameters: &str, options: Option<&QueryOptions>) -> Result<RawPage, Error> {
            if text == "parameters" {
                return Ok(RawPage {
                    items: format!("[{parameters}]"),
                    continuation: None,
                });
            }
            let options = options.unwrap();
            let start: u32 = options.continuation.as_ref().map_or(0, |c| c.parse().unwrap());
            let end = (start + options.max_items.unwrap_or(2).min(2)).min(10);
            let items = serde_json::to_string(&(start..end).collect::<Vec<_>>()).unwrap();
            Ok(RawPage {
                items,
                continuation: (end < 10).then(|| end.to_string()),
            })
        }
    }

    fn query(text: &str) -> Query<'_, Ten, serde_json::Value> {
        Query::new("container", text)
    }

    #[test]
    fn collecting_follows_the_pages_to_the_end() {
        assert_eq!(query("").collect(100).unwrap().len(), 10);
    }

    #[test]
    fn collecting_never_gives_more_than_the_limit() {
        assert_eq!(query("").collect(5).unwrap().len(), 5);
        assert_eq!(query("").collect(0).unwrap().len(), 0);
        assert_eq!(query("").first().unwrap(), Some(0.into()));
    }

    #[test]
    fn a_page_goes_on_where_the_last_one_ended() {
        let first = query("").page().unwrap();
        let second = query("").continue_from(first.continuation).page().unwrap();
        assert_eq!(second.items, [2, 3]);
    }

    #[test]
    fn parameters_are_json_whatever_is_in_them() {
        let rows = query("parameters")
            .bind("@a", "\"; DROP")
            .bind("@b", 1.5)
            .collect(1)
            .unwrap();
        assert_eq!(rows, [serde_json::json!({"@a": "\"; DROP", "@b": 1.5})]);
    }
}
