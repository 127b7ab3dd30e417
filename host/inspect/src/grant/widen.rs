//! Adds what a grant lacks, without touching what is there.

use thiserror::Error;
use usher_capabilities::Interface;
use usher_policy::{Capabilities, Grant, GrantError};

use super::gap::{Gap, Lacking, Place};
use super::needs::Needs;

const CAPABILITIES: &str = "[capabilities]";
const WASI: &str = "[capabilities.wasi]";

/// Why nothing is added to a grant.
#[derive(Debug, Error)]
pub enum CannotWiden {
    /// It isn't a grant as it is.
    #[error(transparent)]
    Malformed(#[from] GrantError),
    /// Keys that are there would have to be changed.
    #[error("more is needed within {0}, which you wrote: add it there yourself")]
    Within(String),
    /// The lines can't be put in as lines of their own.
    #[error("the lines can't be added to the grant as it is laid out: add them yourself")]
    Layout,
}

/// The text of a grant with what a component lacks as lines of their own. What only the operator knows isn't added. The text is
/// the same if there is nothing to add.
///
/// # Errors
/// It can't be done without touching what is there: then nothing is to be written.
pub fn widen(text: &str, needs: &Needs) -> Result<String, CannotWiden> {
    let grant = Grant::parse(text)?;
    let gap = Gap::of(needs, &grant);
    let within: Vec<_> = gap.lacking.iter().filter_map(Lacking::within).collect();
    if !within.is_empty() {
        return Err(CannotWiden::Within(within.join(", ")));
    }
    let added: Vec<_> = gap.lacking.iter().filter(|one| !one.is_to_be_filled_in()).collect();
    let block = |table: &str| -> Option<String> {
        let lines: String = added
            .iter()
            .filter(|one| one.table() == table)
            .map(|one| one.lines())
            .collect();
        let marked = format!("# Added by `usher grant --widen`.\n{lines}# The end of what was added.\n");
        (!lines.is_empty()).then_some(marked)
    };
    let mut widened = text.to_owned();
    for table in [CAPABILITIES, WASI] {
        if let Some(block) = block(table) {
            widened = insert(&widened, table, &block);
        }
    }
    // Texts have corners that a search for a line doesn't see, so the outcome is what counts.
    let now = Grant::parse(&widened).map_err(|_| CannotWiden::Layout)?;
    let mut taken_back = now.clone();
    for one in &added {
        take_back(&mut taken_back.capabilities, one.place, &grant.capabilities);
    }
    let complete = Gap::of(needs, &now).lacking.iter().all(Lacking::is_to_be_filled_in);
    if taken_back == grant && complete {
        Ok(widened)
    } else {
        Err(CannotWiden::Layout)
    }
}

/// Puts lines below the head of a table; at the end, with a head, if there is none.
fn insert(text: &str, table: &str, block: &str) -> String {
    let is_head = |line: &str| line.split('#').next().unwrap_or_default().trim() == table;
    let mut widened = String::with_capacity(text.len() + block.len());
    let mut inserted = false;
    for line in text.split_inclusive('\n') {
        widened.push_str(line);
        if !inserted && is_head(line) {
            end_line(&mut widened);
            widened.push_str(block);
            inserted = true;
        }
    }
    if !inserted {
        end_line(&mut widened);
        widened.push_str(&format!("\n{table}\n{block}"));
    }
    widened
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// Makes one thing what it was before.
fn take_back(now: &mut Capabilities, place: Place, before: &Capabilities) {
    match place {
        Place::Wasi(_) => now.wasi = before.wasi,
        Place::New(interface) | Place::Within(interface) => match interface {
            Interface::Identity => now.identity = before.identity,
            Interface::MyDocuments => now.my_documents.clone_from(&before.my_documents),
            Interface::MyDocumentsWrite => now.my_documents_write.clone_from(&before.my_documents_write),
            Interface::AllDocuments => now.all_documents.clone_from(&before.all_documents),
            Interface::SharedDocuments => now.shared_documents.clone_from(&before.shared_documents),
            Interface::SharedDocumentsWrite => now.shared_documents_write.clone_from(&before.shared_documents_write),
            Interface::Graph => now.graph.clone_from(&before.graph),
            Interface::GraphWrite => now.graph_write.clone_from(&before.graph_write),
            Interface::Http => now.http.clone_from(&before.http),
            Interface::Config => now.config.clone_from(&before.config),
            Interface::Log => now.log = before.log,
        },
    }
}
