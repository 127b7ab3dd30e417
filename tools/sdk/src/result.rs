//! Results that are more than one struct: text beside it, pictures, links.

use crate::bindings::usher::tool::types::{Content, LinkedResource, Media, ResourceContents, ResourceData};

pub use crate::bindings::usher::tool::types::{Annotations, ContentBlock, ContentOptions, ResourceOptions, Role};

/// A result that is put together from content blocks and, if wanted, structured content of type `T`.
///
/// A tool that only has structured content returns its struct, and one that only has text a `String`.
#[derive(Clone, Debug)]
pub struct ToolResult<T = ()> {
    pub(crate) content: Vec<ContentBlock>,
    pub(crate) structured: T,
    pub(crate) meta: Option<String>,
}

impl Default for ToolResult {
    fn default() -> Self {
        Self::new()
    }
}

impl ToolResult {
    /// A result without anything.
    pub fn new() -> Self {
        Self {
            content: Vec::new(),
            structured: (),
            meta: None,
        }
    }

    /// Adds the structured content. Its type makes the tool's output schema.
    pub fn structured<T>(self, value: T) -> ToolResult<T> {
        ToolResult {
            content: self.content,
            structured: value,
            meta: self.meta,
        }
    }
}

impl<T> ToolResult<T> {
    /// Adds text for the model.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.content(Content::Text(text.into()))
    }

    /// Adds a picture, with its MIME type.
    pub fn image(self, data: Vec<u8>, mime_type: &str) -> Self {
        self.content(Content::Image(Media {
            data,
            mime_type: mime_type.to_owned(),
        }))
    }

    /// Adds a recording, with its MIME type.
    pub fn audio(self, data: Vec<u8>, mime_type: &str) -> Self {
        self.content(Content::Audio(Media {
            data,
            mime_type: mime_type.to_owned(),
        }))
    }

    /// Adds a link to a resource that the client may read later.
    pub fn resource_link(self, uri: impl Into<String>, name: impl Into<String>) -> Self {
        self.content(Content::ResourceLink(LinkedResource {
            uri: uri.into(),
            name: name.into(),
            options: None,
        }))
    }

    /// Adds a resource's text.
    pub fn embedded_text(self, uri: impl Into<String>, mime_type: &str, text: impl Into<String>) -> Self {
        self.embedded(uri.into(), mime_type, ResourceData::Text(text.into()))
    }

    /// Adds a resource's bytes.
    pub fn embedded_blob(self, uri: impl Into<String>, mime_type: &str, data: Vec<u8>) -> Self {
        self.embedded(uri.into(), mime_type, ResourceData::Blob(data))
    }

    /// Adds any content block, with its options.
    pub fn block(mut self, block: ContentBlock) -> Self {
        self.content.push(block);
        self
    }

    /// Says something about the block that was added last: for whom it is, how important, how new.
    pub fn annotated(mut self, annotations: Annotations) -> Self {
        if let Some(block) = self.content.last_mut() {
            let meta = block.options.take().and_then(|options| options.meta);
            block.options = Some(ContentOptions {
                annotations: Some(annotations),
                meta,
            });
        }
        self
    }

    /// Sets MCP's `_meta`, a JSON object.
    pub fn meta(mut self, json: impl Into<String>) -> Self {
        self.meta = Some(json.into());
        self
    }

    fn embedded(self, uri: String, mime_type: &str, data: ResourceData) -> Self {
        let contents = ResourceContents {
            uri,
            mime_type: Some(mime_type.to_owned()),
            data,
            meta: None,
        };
        self.content(Content::EmbeddedResource(contents))
    }

    fn content(self, content: Content) -> Self {
        self.block(ContentBlock { content, options: None })
    }
}

impl From<String> for ToolResult {
    fn from(text: String) -> Self {
        Self::new().text(text)
    }
}
