//! Programs that misbehave, one a behaviour, for the tests to run.
//!
//! Each file of `examples/` is a component. Those that an author could have written use the SDK. Those that the SDK doesn't
//! let anybody write stand on this crate: the contract's raw exports, with nothing between a program and the host. So what
//! a program does wrong here is exactly what arrives there.
//!
//! A program is made by [`guest!`], or by [`export!`] where what it lists is what is wrong with it. A native build checks
//! the programs and makes nothing of use.

/// The contract as wit-bindgen writes it.
#[allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    clippy::all,
    reason = "generated code, whose unsafe parts are the canonical ABI"
)]
pub mod bindings {
    wit_bindgen::generate!({
        path: ["../../wit/host", "../../wit/tool"],
        inline: r"
            package usher:test-guests;

            world guest {
                include usher:host/capabilities@0.1.0;
                include usher:tool/tool-provider@0.1.0;
            }
        ",
        world: "usher:test-guests/guest",
        generate_all,
        pub_export_macro: true,
        export_macro_name: "__export_guest",
        default_bindings_module: "usher_test_guests::bindings",
    });
}

pub use bindings::__export_guest;
pub use bindings::exports::usher::tool::tools::{
    CallToolOutcome, CallToolResult, Guest, Requirement, Tool, ToolOptions,
};
pub use bindings::usher::tool::types::{Content, ContentBlock, Error, RequestContext};

/// How a call ends.
pub type Answer = Result<CallToolOutcome, Error>;

/// A description with which nothing is wrong: any arguments, no options.
pub fn tool(name: &str) -> Tool {
    Tool {
        name: name.to_owned(),
        description: "Misbehaves, for a test.".to_owned(),
        input_schema: r#"{"type":"object"}"#.to_owned(),
        options: None,
    }
}

/// Options with nothing in them.
pub fn no_options() -> ToolOptions {
    ToolOptions {
        title: None,
        output_schema: None,
        annotations: None,
        requires: Vec::new(),
        long_running: false,
        icons: Vec::new(),
        meta: None,
    }
}

/// A result with this text.
pub fn text(text: String) -> CallToolResult {
    let block = ContentBlock {
        content: Content::Text(text),
        options: None,
    };
    CallToolResult {
        content: vec![block],
        structured_content: None,
        meta: None,
    }
}

/// Ends a call with this text.
pub fn answer(of: &str) -> Answer {
    Ok(CallToolOutcome::Complete(text(of.to_owned())))
}

/// A program with one tool: its name, and what it does with a call.
#[macro_export]
macro_rules! guest {
    ($name:literal, $call:path) => {
        $crate::guest!($crate::tool($name), $call);
    };
    ($tool:expr, $call:path) => {
        struct Program;

        impl $crate::Guest for Program {
            fn list_tools() -> Vec<$crate::Tool> {
                vec![$tool]
            }

            fn call_tool(_name: String, _arguments: String, _context: $crate::RequestContext) -> $crate::Answer {
                $call()
            }
        }

        $crate::export!(Program);
    };
}

/// Exports an implementation of [`Guest`].
#[macro_export]
macro_rules! export {
    ($program:ident) => {
        // A native library's linker has no names like those of the contract.
        #[cfg(target_family = "wasm")]
        $crate::__export_guest!($program with_types_in $crate::bindings);
        #[cfg(not(target_family = "wasm"))]
        const _: fn() -> Vec<$crate::Tool> = <$program as $crate::Guest>::list_tools;
    };
}
