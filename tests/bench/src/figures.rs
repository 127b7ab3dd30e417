//! The table of results.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::{Value, json};

/// One result.
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    target: Option<Target>,
}

/// What a result is held to.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtMost(limit) => format!("≤ {limit}"),
            Self::AtLeast(limit) => format!("≥ {limit}"),
        }
    }
}

/// All results, in the order in which they were measured.
#[derive(Default)]
pub(crate) struct Figures(Vec<Figure>);

impl Figures {
    /// Adds a result that is only shown.
    pub(crate) fn show(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        self.0.push(Figure {
            name: name.into(),
            value,
            unit,
            target: None,
        });
    }

    /// Adds a result that is held to a target.
    pub(crate) fn hold(&mut self, name: impl Into<String>, value: f64, unit: &'static str, target: Target) {
        self.0.push(Figure {
            name: name.into(),
            value,
            unit,
            target: Some(target),
        });
    }

    pub(crate) fn all_hold(&self) -> bool {
        self.0
            .iter()
            .all(|figure| figure.target.is_none_or(|target| target.holds(figure.value)))
    }

    pub(crate) fn print(&self) {
        println!("\n{:<66} {:>12} {:<10} {:>8}  holds", "", "value", "unit", "target");
        for Figure {
            name,
            value,
            unit,
            target,
        } in &self.0
        {
            let (target, holds) = match target {
                Some(target) => (target.text(), if target.holds(*value) { "yes" } else { "NO" }),
                None => (String::new(), ""),
            };
            println!("{name:<66} {value:>12.2} {unit:<10} {target:>8}  {holds}");
        }
    }

    /// Writes the results to the file that `USHER_BENCH_OUT` names.
    pub(crate) fn write(&self) -> anyhow::Result<()> {
        let path = PathBuf::from(
            std::env::var_os("USHER_BENCH_OUT").context("USHER_BENCH_OUT isn't set: run `cargo xtask bench`")?,
        );
        let figures: Vec<Value> = self
            .0
            .iter()
            .map(
                |Figure {
                     name,
                     value,
                     unit,
                     target,
                 }| {
                    json!({
                        "name": name,
                        "value": value,
                        "unit": unit,
                        "target": target.map(Target::text),
                        "holds": target.map(|target| target.holds(*value)),
                    })
                },
            )
            .collect();
        std::fs::write(&path, format!("{:#}\n", json!({ "figures": figures })))
            .with_context(|| format!("{} can't be written", path.display()))?;
        println!("\nwritten to {}", path.display());
        Ok(())
    }
}

/// The middle of some measurements.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
