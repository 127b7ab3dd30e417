//! A tool's own answer, from the contract's types to MCP's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rmcp::model::{
    Annotations, AudioContent, CallToolResult, ContentBlock, EmbeddedResource, ImageContent, Resource,
    ResourceContents, Role, TextContent,
};
use serde_json::Value;
use usher_runtime::{Outcome, contract};

use crate::tools::{icons, meta};
use crate::words;

/// A result that says that it didn't work, for the model and the person to read.
pub(crate) fn failed(text: impl Into<String>) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(text)])
}

/// A complete result. Structured content without any other also goes along as text, for clients that know no structured content
/// (MCP, tools, structured content).
pub(crate) fn complete(result: contract::CallToolResult, structured: Option<Value>) -> CallToolResult {
    let mut content: Vec<ContentBlock> = result.content.into_iter().map(block).collect();
    if let (true, Some(text)) = (content.is_empty(), result.structured_content) {
        content.push(ContentBlock::text(text));
    }
    let mut complete = CallToolResult::success(content);
    complete.structured_content = structured;
    complete.meta = result.meta.as_deref().and_then(meta);
    complete
}

/// What a tool gave, as a client reads it.
pub(crate) fn outcome(outcome: Outcome) -> CallToolResult {
    match outcome {
        Outcome::Complete { result, structured } => complete(result, structured),
        Outcome::Error { error: told, .. } => error(told),
        Outcome::InputRequired(_) => failed("This tool asks a question, and this server can't pass questions on yet."),
    }
}

/// The same as JSON, for those who call tools without a server: `CallToolResult` of MCP.
#[must_use]
pub fn call_tool_result(given: Outcome) -> Value {
    serde_json::to_value(outcome(given)).expect("what goes over the wire as JSON is JSON")
}

/// Puts a text before everything else that a result says.
pub(crate) fn put_first(result: &mut CallToolResult, text: &str) {
    result.content.insert(0, ContentBlock::text(text));
}

/// What a tool answers when it couldn't do what was asked.
pub(crate) fn error(error: contract::Error) -> CallToolResult {
    match error {
        contract::Error::Failed(text) | contract::Error::InvalidParams(text) => failed(text),
        contract::Error::NotFound => failed("The tool did not find what it was asked for."),
        contract::Error::SignInRequired => failed(words::FRESH_SIGN_IN),
    }
}

fn block(block: contract::ContentBlock) -> ContentBlock {
    let (annotations, meta) = match block.options {
        None => (None, None),
        Some(options) => (
            options.annotations.map(annotations),
            options.meta.as_deref().and_then(meta),
        ),
    };
    match block.content {
        contract::Content::Text(text) => {
            let mut content = TextContent::new(text);
            (content.annotations, content.meta) = (annotations, meta);
            ContentBlock::Text(content)
        }
        contract::Content::Image(media) => {
            let mut content = ImageContent::new(STANDARD.encode(&media.data), media.mime_type);
            (content.annotations, content.meta) = (annotations, meta);
            ContentBlock::Image(content)
        }
        contract::Content::Audio(media) => {
            let mut content = AudioContent::new(STANDARD.encode(&media.data), media.mime_type);
            (content.annotations, content.meta) = (annotations, meta);
            ContentBlock::Audio(content)
        }
        contract::Content::EmbeddedResource(contents) => {
            let mut content = EmbeddedResource::new(resource_contents(contents));
            (content.annotations, content.meta) = (annotations, meta);
            ContentBlock::Resource(content)
        }
        // A link says it in its own options.
        contract::Content::ResourceLink(link) => ContentBlock::ResourceLink(resource(link)),
    }
}

fn resource(link: contract::LinkedResource) -> Resource {
    let mut resource = Resource::new(link.uri, link.name);
    if let Some(options) = link.options {
        resource.title = options.title;
        resource.description = options.description;
        resource.mime_type = options.mime_type;
        resource.annotations = options.annotations.map(annotations);
        resource.size = options.size.map(u64::from);
        resource.icons = icons(&options.icons);
        resource.meta = options.meta.as_deref().and_then(meta);
    }
    resource
}

fn resource_contents(contents: contract::ResourceContents) -> ResourceContents {
    let contract::ResourceContents {
        uri,
        mime_type,
        data,
        meta: own,
    } = contents;
    let meta = own.as_deref().and_then(meta);
    match data {
        contract::ResourceData::Text(text) => ResourceContents::TextResourceContents {
            uri,
            mime_type,
            text,
            meta,
        },
        contract::ResourceData::Blob(bytes) => ResourceContents::BlobResourceContents {
            uri,
            mime_type,
            blob: STANDARD.encode(&bytes),
            meta,
        },
    }
}

fn annotations(hints: contract::Annotations) -> Annotations {
    let role = |role: &contract::Role| match role {
        contract::Role::User => Role::User,
        contract::Role::Assistant => Role::Assistant,
    };
    let mut annotations = Annotations::default();
    annotations.audience = (!hints.audience.is_empty()).then(|| hints.audience.iter().map(role).collect());
    // A priority that isn't from 0 to 1 has no meaning, and NaN no JSON.
    #[allow(clippy::cast_possible_truncation)] // A hint: f32 is what the protocol library has.
    let priority = hints
        .priority
        .filter(|priority| (0.0..=1.0).contains(priority))
        .map(|priority| priority as f32);
    annotations.priority = priority;
    annotations.last_modified = hints.last_modified;
    annotations
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain(content: contract::Content) -> contract::ContentBlock {
        contract::ContentBlock { content, options: None }
    }

    fn answer(content: Vec<contract::ContentBlock>, structured: Option<&str>) -> Value {
        let structured_content = structured.map(str::to_owned);
        let value = structured.map(|text| serde_json::from_str(text).unwrap());
        let result = contract::CallToolResult {
            content,
            structured_content,
            meta: None,
        };
        serde_json::to_value(complete(result, value)).unwrap()
    }

    #[test]
    fn media_cross_as_base64() {
        let media = |mime: &str| contract::Media {
            data: vec![0, 255, 16],
            mime_type: mime.into(),
        };
        let content = vec![
            plain(contract::Content::Image(media("image/png"))),
            plain(contract::Content::Audio(media("audio/wav"))),
        ];
        assert_eq!(
            answer(content, None)["content"],
            json!([
                { "type": "image", "data": "AP8Q", "mimeType": "image/png" },
                { "type": "audio", "data": "AP8Q", "mimeType": "audio/wav" },
            ])
        );
    }

    #[test]
    fn resources_cross_as_links_or_with_their_contents() {
        let contents = |data| contract::ResourceContents {
            uri: "notes://1".into(),
            mime_type: None,
            data,
            meta: None,
        };
        let content = vec![
            plain(contract::Content::ResourceLink(contract::LinkedResource {
                uri: "notes://1".into(),
                name: "one".into(),
                options: None,
            })),
            plain(contract::Content::EmbeddedResource(contents(
                contract::ResourceData::Text("x".into()),
            ))),
            plain(contract::Content::EmbeddedResource(contents(
                contract::ResourceData::Blob(vec![1]),
            ))),
        ];
        assert_eq!(
            answer(content, None)["content"],
            json!([
                { "type": "resource_link", "uri": "notes://1", "name": "one" },
                { "type": "resource", "resource": { "uri": "notes://1", "text": "x" } },
                { "type": "resource", "resource": { "uri": "notes://1", "blob": "AQ==" } },
            ])
        );
    }

    #[test]
    fn structured_content_alone_also_goes_along_as_text() {
        let result = answer(Vec::new(), Some(r#"{"total":1}"#));
        assert_eq!(result["structuredContent"], json!({ "total": 1 }));
        assert_eq!(result["content"], json!([{ "type": "text", "text": r#"{"total":1}"# }]));
        let result = answer(
            vec![plain(contract::Content::Text("One.".into()))],
            Some(r#"{"total":1}"#),
        );
        assert_eq!(result["content"], json!([{ "type": "text", "text": "One." }]));
    }

    #[test]
    fn a_note_stands_before_what_the_tool_says() {
        let mut result = failed("It didn't work.");
        put_first(&mut result, "This is an old revision.");
        let value = serde_json::to_value(result).unwrap();
        let texts: Vec<&Value> = value["content"]
            .as_array()
            .unwrap()
            .iter()
            .map(|block| &block["text"])
            .collect();
        assert_eq!(texts, ["This is an old revision.", "It didn't work."]);
        assert_eq!(value["isError"], json!(true));
    }

    #[test]
    fn hints_are_handed_on_and_a_meaningless_priority_is_not() {
        let hints = |priority| contract::Annotations {
            audience: vec![contract::Role::User],
            priority,
            last_modified: None,
        };
        assert_eq!(
            serde_json::to_value(annotations(hints(Some(0.5)))).unwrap(),
            json!({ "audience": ["user"], "priority": 0.5 })
        );
        assert_eq!(annotations(hints(Some(f64::NAN))).priority, None);
        assert_eq!(annotations(hints(Some(2.0))).priority, None);
    }

    #[test]
    fn a_tools_error_is_a_result_that_says_so() {
        let result = serde_json::to_value(error(contract::Error::Failed("No such date.".into()))).unwrap();
        assert_eq!(result["isError"], json!(true));
        assert_eq!(result["content"], json!([{ "type": "text", "text": "No such date." }]));
        assert_eq!(error(contract::Error::SignInRequired).is_error, Some(true));
        assert_eq!(error(contract::Error::NotFound).is_error, Some(true));
    }
}
