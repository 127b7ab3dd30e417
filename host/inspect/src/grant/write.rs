//! A new grant.

use usher_capabilities::Interface;

use super::entry::Entry;
use super::needs::{Needs, ToolNeeds, Withheld};
use super::toml::{comment, commented_out, key};
use crate::visible::visible;

/// The scope that everybody who has signed in through a client of the host's app registration has.
const SCOPE: &str = "user_impersonation";

/// Writes the grant of a component of this name: `NAME.grant.toml`. With `pin` it is for this very file alone.
#[must_use]
pub fn write(name: &str, needs: &Needs, pin: bool) -> String {
    let mut text = comment(&format!(
        "What {}.wasm may do, and for whom. What isn't written here isn't allowed.",
        visible(name)
    ));
    text += &comment(
        "Written by `usher grant` from what the component imports and what its tools say that they need: the least with which it \
         works. Read it, take away what you don't want to give, and decide for whom each tool is.",
    );
    for import in &needs.not_offered {
        text += "#\n";
        text += &comment(&format!(
            "It imports {}, which no grant gives: this host can't serve it.",
            visible(import)
        ));
    }
    if !needs.tools_say {
        text += "#\n";
        text += &comment(
            "It wasn't written for this host: its tools don't say what they need, so each of them gets all that is given here.",
        );
    }
    text.push('\n');
    text += &digest(&needs.digest, pin);
    text += &capabilities(needs);
    for tool in &needs.tools {
        text.push('\n');
        text += &rule(tool, needs.tools_say);
    }
    text
}

fn digest(digest: &str, pin: bool) -> String {
    let line = format!("sha256 = \"{digest}\"\n");
    if pin {
        comment(
            "Only this very file is served. For another one, look at it first (`usher inspect --diff`), then change this.",
        ) + &line
    } else {
        comment("The file that this was written for. Without the # before it, no other file is served in its place.")
            + &commented_out(&line)
    }
}

fn capabilities(needs: &Needs) -> String {
    let mut text = "\n[capabilities]\n".to_owned();
    if needs.interfaces.is_empty() && needs.wasi.is_empty() {
        text += &comment("It imports nothing: it can only work with what it is called with.");
    }
    // Tables of their own end the list of keys, so they come last.
    for interface in needs.interfaces.iter().filter(|one| **one != Interface::Http) {
        text += &entry(needs, *interface).text();
    }
    if needs.interfaces.contains(&Interface::Http) {
        text.push('\n');
        text += &entry(needs, Interface::Http).text();
    }
    if !needs.wasi.is_empty() {
        text.push('\n');
        text += &comment(
            "What run times of languages and general programs ask of a system. Files and the network are never given.",
        );
        text += "[capabilities.wasi]\n";
        for key in &needs.wasi {
            text += &Entry::of_wasi(*key).text();
        }
    }
    text
}

fn entry(needs: &Needs, interface: Interface) -> Entry {
    Entry::of(
        interface,
        &needs.of_interface(interface, needs.tools.iter()),
        &needs.tools,
    )
}

fn rule(tool: &ToolNeeds, says: bool) -> String {
    let table = format!("[tools.{}]\n", key(&tool.name));
    let requires: Vec<_> = tool.requires.iter().map(|one| visible(&one.to_string())).collect();
    let reaches = if !says {
        "gets all that is given above".to_owned()
    } else if requires.is_empty() {
        "requires nothing".to_owned()
    } else {
        format!("requires {}", requires.join(", "))
    };
    match tool.withheld() {
        None => {
            comment(&format!(
                "For everybody who can sign in and whose client has the scope {SCOPE}. It {reaches}."
            )) + &table
                + &format!("allow = {{ scope = \"{SCOPE}\" }}\n")
        }
        Some(why) => {
            let why = match why {
                Withheld::ReadsEverybodys => "it reads what everybody has stored",
                Withheld::DestroysShared => "it may destroy or overwrite what belongs to all",
            };
            comment(&format!(
                "DECIDE for whom: {why}, so it is for nobody till you have named a group (of the host's [entra.groups], or by its \
                 object id) or a role, as in {{ role = \"Tools.Admin\" }}. It {reaches}."
            )) + &commented_out(&format!("{table}allow = {{ group = \"…\" }}\n"))
        }
    }
}
