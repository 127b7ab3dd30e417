//! What a backend that has a query language of its own needs to send no more rows, and of them no more properties, than the query
//! looks at.
//!
//! As with an index (`access`), everything here may only leave out rows that the query's filter leaves out as well: the filter is
//! evaluated on every row all the same. Hence only comparisons that no two implementations can see differently are handed on, and
//! constants go as parameters, never as a part of the text.

use super::ast::{Binary, Expr, Projection, Step};
use super::json;
use super::plan::{Mode, Query};
use super::value::{Number, Value};
use crate::operations::{DEFAULT_PAGE_ITEMS, QueryOptions};

/// From here on not every integer is a double of its own, so that a comparison of the two may come out either way.
const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;

/// What of a container's rows a query looks at, to be put into Cosmos SQL. The item's alias is `c`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Narrow {
    /// The names of the top-level properties; none: whole items.
    pub(crate) properties: Option<Vec<String>>,
    /// A condition that rows must meet; empty: none.
    pub(crate) condition: String,
    /// The condition's parameters, each with its value as JSON.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Query {
    /// What the query looks at. The properties in `hidden` are undefined to it, and neither asked for nor compared.
    pub(crate) fn narrow(&self, hidden: &[&str]) -> Narrow {
        let names = self.slots.names();
        let whole = self.slots.values().len() > names.len() || self.select.projection == Projection::Item;
        let visible = |name: &&str| !hidden.contains(name);
        let properties = (!whole).then(|| names.into_iter().filter(visible).map(str::to_owned).collect());
        let mut text = Text {
            query: self,
            hidden,
            parameters: Vec::new(),
        };
        let parts = match &self.select.filter {
            None => &[][..],
            Some(Expr::And(parts)) => parts.as_slice(),
            Some(single) => std::slice::from_ref(single),
        };
        let conditions: Vec<String> = parts.iter().filter_map(|part| text.condition(part)).collect();
        Narrow {
            properties,
            condition: conditions.join(" AND "),
            parameters: text.parameters,
        }
    }

    /// How many rows fill a page, if all of them pass the filter; none if the page needs all rows there are.
    pub(crate) fn rows_wanted(&self, options: &QueryOptions) -> Option<u64> {
        if self.mode != Mode::Scan {
            return None;
        }
        let page = u64::from(options.max_items.unwrap_or(DEFAULT_PAGE_ITEMS));
        let most = self.select.top.or(self.select.limit).unwrap_or(u64::MAX);
        let offset = if options.continuation.is_none() {
            self.select.offset
        } else {
            0
        };
        Some(page.min(most).saturating_add(offset).max(1))
    }

    /// Whether rows may be left out by a filter.
    pub(crate) fn has_filter(&self) -> bool {
        self.select.filter.is_some() || self.has_locals
    }
}

/// A condition in the making.
struct Text<'q> {
    query: &'q Query,
    hidden: &'q [&'q str],
    parameters: Vec<(String, String)>,
}

impl Text<'_> {
    /// One part of a conjunction, if it can be said.
    fn condition(&mut self, part: &Expr) -> Option<String> {
        match part {
            Expr::Binary { operator, operands } => {
                let operator = symbol(*operator)?;
                match &**operands {
                    [path, Expr::Constant(value)] => {
                        let (path, value) = (self.path(path)?, self.compared(operator, value)?);
                        Some(format!("{path} {operator} {value}"))
                    }
                    [Expr::Constant(value), path] => {
                        let (path, value) = (self.path(path)?, self.compared(operator, value)?);
                        Some(format!("{value} {operator} {path}"))
                    }
                    _ => None,
                }
            }
            Expr::Between(parts) => match &**parts {
                [path, Expr::Constant(low), Expr::Constant(high)] => {
                    let path = self.path(path)?;
                    let (low, high) = (self.compared(">=", low)?, self.compared("<=", high)?);
                    Some(format!("{path} >= {low} AND {path} <= {high}"))
                }
                _ => None,
            },
            Expr::In { needle, candidates } => {
                let path = self.path(needle)?;
                let values = candidates.iter().map(|candidate| match candidate {
                    Expr::Constant(value) => self.compared("=", value),
                    _ => None,
                });
                let values = values.collect::<Option<Vec<_>>>()?;
                Some(format!("{path} IN ({})", values.join(", ")))
            }
            _ => None,
        }
    }

    /// A path from the item, names quoted.
    fn path(&self, expr: &Expr) -> Option<String> {
        let Expr::Item { steps, slot, .. } = expr else {
            return None;
        };
        let names = self.query.slots.names();
        let property = names.get(*slot).filter(|name| !self.hidden.contains(name))?;
        let mut path = format!("c[{}]", quoted(property));
        for step in steps {
            match step {
                Step::Name(name) => path.push_str(&format!("[{}]", quoted(name))),
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        Some(path)
    }

    /// A parameter for a constant whose comparison is the same everywhere.
    fn compared(&mut self, operator: &str, value: &Value) -> Option<String> {
        let same = match value {
            Value::Number(Number::Integer(number)) => (*number as f64).abs() < EXACT_INTEGERS,
            Value::Number(Number::Double(_)) | Value::Bool(_) => true,
            // Of other characters the order isn't told: by code points or by UTF-16.
            Value::String(text) => operator == "=" || text.is_ascii(),
            Value::Null => operator == "=",
            Value::Undefined | Value::Array(_) | Value::Object(_) => false,
        };
        same.then(|| {
            let name = format!("@p{}", self.parameters.len());
            self.parameters.push((name.clone(), json::to_text(value)));
            name
        })
    }
}

fn symbol(operator: Binary) -> Option<&'static str> {
    Some(match operator {
        Binary::Equal => "=",
        Binary::Less => "<",
        Binary::LessOrEqual => "<=",
        Binary::Greater => ">",
        Binary::GreaterOrEqual => ">=",
        _ => return None,
    })
}

/// A name as a string literal in single quotes: the escapes of JSON are those of Cosmos SQL.
/// Source: Azure Cosmos DB for NoSQL, "Constants", escape sequences.
pub(crate) fn quoted(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    json::write_string(name, &mut text);
    let inner = text[1..text.len() - 1].replace('\'', "\\'").replace("\\\"", "\"");
    format!("'{inner}'")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn narrow(sql: &str, parameters: &str) -> (Option<Vec<String>>, String, Vec<(String, String)>) {
        let narrow = Query::parse(sql, parameters).unwrap().narrow(&["user_id"]);
        (narrow.properties, narrow.condition, narrow.parameters)
    }

    #[test]
    fn only_the_properties_that_a_query_looks_at_are_asked_for() {
        let properties = |sql| narrow(sql, "{}").0;
        let sum = "SELECT c.kind, SUM(c.amount.net) FROM c WHERE c.user_id = 'x' GROUP BY c.kind";
        assert_eq!(
            properties(sum).map(|mut names| {
                names.sort();
                names
            }),
            Some(vec!["amount".to_owned(), "kind".to_owned()])
        );
        assert_eq!(properties("SELECT VALUE COUNT(1) FROM c"), Some(Vec::new()));
        assert_eq!(properties("SELECT * FROM c"), None);
        assert_eq!(properties("SELECT VALUE {x: c} FROM c"), None);
    }

    #[test]
    fn only_comparisons_that_are_the_same_everywhere_are_handed_on() {
        let (_, condition, parameters) = narrow(
            "SELECT * FROM c WHERE c.n >= @n AND 'a' = c['a\"b'].x[0] AND c.k IN (1, null) AND c.d BETWEEN 'a' AND 'b'",
            r#"{"@n":1.5}"#,
        );
        assert_eq!(
            condition,
            "c['n'] >= @p0 AND @p1 = c['a\"b']['x'][0] AND c['k'] IN (@p2, @p3) AND c['d'] >= @p4 AND c['d'] <= @p5"
        );
        let values: Vec<&str> = parameters.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["1.5", r#""a""#, "1", "null", r#""a""#, r#""b""#]);
        for sql in [
            "SELECT * FROM c WHERE c.n = 1 OR c.n = 2",
            "SELECT * FROM c WHERE NOT (c.n = 1)",
            "SELECT * FROM c WHERE c.n != 1",
            "SELECT * FROM c WHERE c.n = c.m",
            "SELECT * FROM c WHERE c.n = [1]",
            "SELECT * FROM c WHERE c.n > null",
            "SELECT * FROM c WHERE c.n > 9007199254740993",
            "SELECT * FROM c WHERE c.n < 'é'",
            "SELECT * FROM c WHERE LOWER(c.n) = 'x'",
            "SELECT * FROM c WHERE c.user_id = 'x'",
            "SELECT * FROM c WHERE false",
        ] {
            assert_eq!(narrow(sql, "{}").1, "", "{sql}");
        }
    }
}
