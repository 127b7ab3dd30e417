//! Describes its tools, and answers, in the words that a test writes into the finished component.
//!
//! Each description stands in static data, in a slot of fixed length that begins with its name and is filled up with
//! blanks. Replacing as many bytes by as many others leaves a component valid, so one program stands for every wrong
//! description that there can be.

use std::hint::black_box;

use usher_test_guests::{
    Answer, CallToolOutcome, CallToolResult, Guest, RequestContext, Tool, ToolOptions, answer, export, no_options,
};

/// The bytes of a slot, its label included.
const SLOT: usize = 512;
/// The bytes of a label, in the order of the slots: each is the slot's key in the test harness.
const LABEL: usize = 16;

static NAME: [u8; SLOT] = slot(b"@slot:name      ", b"described");
static DESCRIPTION: [u8; SLOT] = slot(b"@slot:describe  ", b"Is described by a test.");
static INPUT_SCHEMA: [u8; SLOT] = slot(b"@slot:input     ", br#"{"type":"object"}"#);
static OUTPUT_SCHEMA: [u8; SLOT] = slot(b"@slot:output    ", b"");
static META: [u8; SLOT] = slot(b"@slot:meta      ", b"");
static SECOND_NAME: [u8; SLOT] = slot(b"@slot:second    ", b"");
static ANSWER: [u8; SLOT] = slot(b"@slot:answer    ", b"");

const fn slot(label: &[u8; LABEL], text: &[u8]) -> [u8; SLOT] {
    let mut slot = [b' '; SLOT];
    let mut at = 0;
    while at < LABEL {
        slot[at] = label[at];
        at += 1;
    }
    let mut at = 0;
    while at < text.len() {
        slot[LABEL + at] = text[at];
        at += 1;
    }
    slot
}

/// The text of a slot; none if it is blank.
fn text(slot: &'static [u8; SLOT]) -> Option<String> {
    // Without the black box the compiler would put the text where the label isn't.
    let text = String::from_utf8_lossy(&black_box(slot)[LABEL..])
        .trim_end_matches(' ')
        .to_owned();
    (!text.is_empty()).then_some(text)
}

struct Program;

impl Guest for Program {
    fn list_tools() -> Vec<Tool> {
        let options = ToolOptions {
            output_schema: text(&OUTPUT_SCHEMA),
            meta: text(&META),
            ..no_options()
        };
        let one = Tool {
            name: text(&NAME).unwrap_or_default(),
            description: text(&DESCRIPTION).unwrap_or_default(),
            input_schema: text(&INPUT_SCHEMA).unwrap_or_default(),
            options: Some(options),
        };
        let other = text(&SECOND_NAME).map(|name| Tool { name, ..one.clone() });
        [Some(one), other].into_iter().flatten().collect()
    }

    fn call_tool(_name: String, _arguments: String, _context: RequestContext) -> Answer {
        let Some(answered) = text(&ANSWER) else {
            return answer("described");
        };
        // In two places, written at two others: who mixes two of these components is found out.
        Ok(CallToolOutcome::Complete(CallToolResult {
            structured_content: Some(answered),
            ..usher_test_guests::text(text(&DESCRIPTION).unwrap_or_default())
        }))
    }
}

export!(Program);
