//! The report as a page.

use std::fmt;

use usher_runtime::KEPT_MEMORY_MIB;

use super::{Report, ToolReport};
use crate::made::Language;
use crate::powers::Power;
use crate::schema::properties;
use crate::visible::{excerpt, visible};
use crate::wrap::wrap;

/// The width of the column of severities.
const COLUMN: usize = 11;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        for problem in &self.problems {
            section(f, "What is wrong")?;
            for line in problem.lines() {
                f.write_str(&wrap("  ", &visible(line)))?;
            }
        }
        section(f, "The worst that it can do, whatever it says of itself")?;
        self.worst(f)?;
        section(f, "What it can't do")?;
        bullets(f, &self.never)?;
        self.grant(f)?;
        if !self.tools.is_empty() {
            section(f, "Its tools, in its own words («»)")?;
        }
        for tool in &self.tools {
            self.tool(f, tool)?;
        }
        if !self.unserved.is_empty() {
            section(f, "Functions that aren't tools here")?;
            for one in &self.unserved {
                f.write_str(&wrap(
                    "  - ",
                    &format!("{} {}", visible(&one.function), visible(&one.why)),
                ))?;
            }
        }
        Ok(())
    }
}

impl Report {
    fn head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", visible(&self.file))?;
        let kind = if self.kind == "contract" {
            "written for this host"
        } else {
            "not written for this host: each function that it exports is a tool"
        };
        fact(f, "Kind", kind)?;
        fact(f, "Size", &format!("{} bytes", thousands(self.bytes as u64)))?;
        fact(f, "SHA-256", &self.sha256)?;
        let language = self.made.language.map_or("unknown", Language::name);
        fact(f, "Language", language)?;
        let tools = match &self.made.tools[..] {
            [] => "unknown".to_owned(),
            tools => format!("{} (as the file says)", excerpt(&tools.join(", "))),
        };
        fact(f, "Built by", &tools)?;
        let memory = self.made.memory_bytes;
        fact(
            f,
            "Memory",
            &format!("{} KiB at the start of each call", thousands(memory >> 10)),
        )?;
        if memory > u64::from(KEPT_MEMORY_MIB) << 20 {
            fact(f, "", "That is much: it makes the start of each call slower")?;
        }
        if !self.not_served.is_empty() {
            let what = self.not_served.join(", ");
            fact(f, "Besides", &format!("it offers {what}; this host serves tools only"))?;
        }
        Ok(())
    }

    /// By imports alone. What is said in the same words is said once, for all the interfaces that come to it.
    fn worst(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told: Vec<(&Power, Vec<String>)> = Vec::new();
        for power in &self.powers {
            let source = format!(
                "{}: {}",
                visible(&power.interface),
                visible(&power.functions.join(", "))
            );
            match told.iter_mut().find(|(known, _)| known.words == power.words) {
                Some((_, sources)) => sources.push(visible(&power.interface)),
                None => told.push((power, vec![source])),
            }
        }
        if told.is_empty() {
            f.write_str(&wrap(
                "  ",
                "It imports nothing: it works out an answer from its arguments, and that is all.",
            ))?;
        }
        for (power, sources) in told {
            let column = format!("  {:<width$}", power.severity.word(), width = COLUMN);
            f.write_str(&wrap(&column, &power.words.join(" ")))?;
            let sources = match &sources[..] {
                // The functions of many interfaces of one kind are of no interest.
                [_, others @ ..] if !others.is_empty() => {
                    format!("{} and {} more like it", visible(&power.interface), others.len())
                }
                _ => sources.join(", "),
            };
            f.write_str(&wrap(&" ".repeat(COLUMN + 2), &format!("[{sources}]")))?;
        }
        if !self.together.is_empty() {
            f.write_str("\n  Taken together:\n")?;
            bullets(f, &self.together)?;
        }
        Ok(())
    }

    fn grant(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(allowed) = &self.allowed else {
            section(f, "What is allowed of that")?;
            return f.write_str(&wrap(
                "  ",
                &format!(
                    "Nothing of this is allowed until an operator writes a grant: `usher grant {}` proposes one.",
                    visible(&self.file)
                ),
            ));
        };
        section(f, "What its grant allows of that")?;
        bullets(f, &allowed.notes)?;
        bullets(f, &allowed.can)?;
        bullets(f, &allowed.together)?;
        bullets(f, &allowed.limits)?;
        let news: Vec<_> = allowed
            .never
            .iter()
            .filter(|line| !self.never.contains(line))
            .cloned()
            .collect();
        if !news.is_empty() {
            f.write_str("\n  So, besides what was said above:\n")?;
            bullets(f, &news)?;
        }
        Ok(())
    }

    fn tool(&self, f: &mut fmt::Formatter<'_>, tool: &ToolReport) -> fmt::Result {
        let title = tool
            .title
            .as_ref()
            .map(|title| format!(" «{}»", excerpt(title)))
            .unwrap_or_default();
        writeln!(f)?;
        f.write_str(&wrap("  ", &format!("{}{title}", visible(&tool.name))))?;
        f.write_str(&wrap("    ", &format!("«{}»", excerpt(&tool.description))))?;
        let properties = properties(&tool.input_schema.to_string());
        if !properties.is_empty() && !self.whole_schemas {
            f.write_str("    Takes:\n")?;
        }
        if self.whole_schemas {
            schema(f, "Takes (JSON Schema)", &tool.input_schema)?;
            if let Some(output) = &tool.output_schema {
                schema(f, "Gives (JSON Schema)", output)?;
            }
        } else {
            for (name, told) in properties {
                f.write_str(&wrap("      - ", &format!("{name}: {told}")))?;
            }
        }
        if !tool.hints.is_empty() {
            f.write_str(&wrap("    ", &format!("Says, unproven: {}.", tool.hints.join("; "))))?;
        }
        for contradiction in &tool.contradictions {
            f.write_str(&wrap("    ! ", contradiction))?;
        }
        if self.kind != "contract" {
            f.write_str(&wrap(
                "    ",
                "It can use all that the component as a whole is allowed.",
            ))?;
        } else if tool.requires.is_empty() {
            f.write_str(&wrap(
                "    ",
                "It can reach nobody's stored items, nothing in Microsoft 365 and no other service.",
            ))?;
        } else {
            let condition = if self.allowed.is_some() {
                ""
            } else {
                ", if a grant gives it,"
            };
            writeln!(f, "    At most{condition} it can:")?;
            for requirement in &tool.requires {
                f.write_str(&wrap("      - ", requirement))?;
            }
        }
        for missing in &tool.not_granted {
            let text = format!("Its grant doesn't let it {missing}, so the component isn't served.");
            f.write_str(&wrap("    ! ", &text))?;
        }
        match (&self.allowed, &tool.callers) {
            (None, _) => Ok(()),
            (Some(_), Some(callers)) => f.write_str(&wrap("    ", &format!("It is for {callers}."))),
            (Some(_), None) => f.write_str(&wrap("    ", "It is for nobody: the grant has no rule for it.")),
        }
    }
}

fn section(f: &mut fmt::Formatter<'_>, title: &str) -> fmt::Result {
    writeln!(f, "\n{title}")
}

fn fact(f: &mut fmt::Formatter<'_>, name: &str, text: &str) -> fmt::Result {
    f.write_str(&wrap(&format!("  {name:<COLUMN$}"), text))
}

fn bullets(f: &mut fmt::Formatter<'_>, sentences: &[String]) -> fmt::Result {
    sentences
        .iter()
        .try_for_each(|sentence| f.write_str(&wrap("  - ", sentence)))
}

/// A schema in full, on as many lines as it takes.
fn schema(f: &mut fmt::Formatter<'_>, title: &str, schema: &serde_json::Value) -> fmt::Result {
    writeln!(f, "    {title}:")?;
    for line in crate::visible_json(&format!("{schema:#}")).lines() {
        writeln!(f, "      {line}")?;
    }
    Ok(())
}

/// A number with its thousands apart.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut parted = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            parted.push(',');
        }
        parted.push(digit);
    }
    parted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_can_be_read() {
        assert_eq!([7, 1234, 18_792_371].map(thousands), ["7", "1,234", "18,792,371"]);
    }
}
