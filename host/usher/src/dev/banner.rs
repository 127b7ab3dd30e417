//! What a person sees when the dev host is ready: what to do next.

use std::sync::Arc;

use serde_json::{Value, json};
use usher_runtime::{Catalog, Tool};

/// The text, ready to print.
pub(crate) fn text(description: &Value, catalog: &Catalog) -> String {
    let of = |key: &str| description[key].as_str().unwrap_or_default();
    let (mcp, authority) = (of("mcp"), of("authority"));
    let mut text = String::new();
    let mut line = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    line("");
    line("  usher is ready (development: everything stays on this machine)");
    line("");
    line(&format!("  MCP endpoint   {mcp}"));
    line(&format!(
        "  sign-in        {authority}   (GET {authority}/dev.json for programs)"
    ));
    line(&format!("  tools          {}", tools(catalog)));
    for refusal in catalog.refused() {
        let file = refusal.file.file_name().unwrap_or_default().to_string_lossy();
        line(&format!("  not served     {file}: see the log above, or `usher check`"));
    }
    line("");
    line("  Connect VS Code: put this into .vscode/mcp.json, press Start, and choose who you are");
    line("");
    for row in mcp_json(mcp).lines() {
        line(&format!("    {row}"));
    }
    line("");
    line(&format!("  Personas       {}", personas(description)));
    line("");
    if let Some(tool) = tool_to_try(catalog) {
        line("  Try it with curl, in another terminal:");
        line("");
        for row in curl(mcp, authority, tool).lines() {
            line(&format!("    {row}"));
        }
        line("");
    }
    line("  Ctrl-C stops it; what was recorded stays.");
    line("");
    text
}

fn tools(catalog: &Catalog) -> String {
    let names: Vec<_> = catalog.tools().iter().map(|tool| tool.name()).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

fn mcp_json(mcp: &str) -> String {
    format!("{{\n  \"servers\": {{\n    \"usher\": {{ \"type\": \"http\", \"url\": \"{mcp}\" }}\n  }}\n}}")
}

fn personas(description: &Value) -> String {
    let personas = description["personas"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let names = |troubled: bool| {
        let those = personas
            .iter()
            .filter(|persona| persona["trouble"].is_null() != troubled);
        let names: Vec<_> = those.filter_map(|persona| persona["name"].as_str()).collect();
        names.join(", ")
    };
    format!("{}; with trouble on demand: {}", names(false), names(true))
}

/// One that every persona may call, without arguments.
fn tool_to_try(catalog: &Catalog) -> Option<&str> {
    let for_everybody = |tool: &&Arc<Tool>| tool.policy().groups().next().is_none();
    let mut tools = catalog.tools().iter().filter(for_everybody);
    tools
        .find(|tool| tool.check_arguments(&json!({})).is_ok())
        .map(|tool| tool.name())
}

/// A call that anybody can paste. The era with sessions isn't needed for it.
fn curl(mcp: &str, authority: &str, tool: &str) -> String {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{{}},
   "_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
    );
    format!(
        r#"TOKEN=$({usher} dev token --as member{entra})
curl -s {mcp} -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \
  -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: {tool}' \
  -d '{body}'"#,
        usher = program(),
        entra = if authority == "http://127.0.0.1:8401" {
            String::new()
        } else {
            format!(" --entra {authority}")
        },
    )
}

/// How this program was started, so that the line works when it is pasted.
fn program() -> String {
    std::env::current_exe().map_or_else(|_| "usher".to_owned(), |path| path.display().to_string())
}
