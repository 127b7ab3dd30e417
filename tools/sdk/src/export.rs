//! From the tools of a component to its exports.

use crate::bindings::exports::usher::tool::tools::CallToolOutcome;
use crate::bindings::usher::tool::types::RequestContext;
use crate::{Context, Error, describe};

/// A tool: what `#[tool]` makes of a function.
#[diagnostic::on_unimplemented(message = "`{Self}` isn't a tool", note = "put `#[tool]` on the function")]
pub trait Tool {
    /// Its name, unique in the component.
    const NAME: &'static str;

    /// What the client is told about it.
    fn describe() -> describe::Tool;

    /// Reads the arguments, runs the function, writes the result.
    ///
    /// # Errors
    /// The function's own error, or what is wrong with the arguments.
    fn call(arguments: &str, context: &Context) -> Result<CallToolOutcome, Error>;
}

/// Exports these tools, in the order in which they are shown. Once in a component, in its `lib.rs`.
///
/// ```
/// # use usher_sdk::prelude::*;
/// /// Says hello.
/// #[tool]
/// fn hello() -> Result<String, Error> {
///     Ok("Hello".to_owned())
/// }
///
/// usher_sdk::export!(hello);
/// # fn main() {}
/// ```
///
/// Two tools of one name don't compile:
/// ```compile_fail
/// # use usher_sdk::prelude::*;
/// # /// Says hello.
/// # #[tool]
/// # fn hello() -> Result<String, Error> { Ok(String::new()) }
/// usher_sdk::export!(hello, hello);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export {
    ($($tool:path),+ $(,)?) => {
        const _: () = {
            struct Component;

            $crate::__private::assert_unique(&[$(<$tool as $crate::Tool>::NAME),+]);

            impl $crate::__private::Guest for Component {
                fn list_tools() -> ::std::vec::Vec<$crate::describe::Tool> {
                    $crate::__private::start();
                    ::std::vec![$(<$tool as $crate::Tool>::describe()),+]
                }

                fn call_tool(
                    name: ::std::string::String,
                    arguments: ::std::string::String,
                    context: $crate::__private::RequestContext,
                ) -> ::core::result::Result<$crate::reply::CallToolOutcome, $crate::Error> {
                    $crate::__private::start();
                    $(
                        if name == <$tool as $crate::Tool>::NAME {
                            return $crate::__private::call::<$tool>(&arguments, context);
                        }
                    )+
                    ::core::result::Result::Err($crate::Error::NotFound)
                }
            }

            // A native library's linker has no names like those of the contract.
            #[cfg(target_family = "wasm")]
            $crate::__private::export_component!(Component with_types_in $crate::bindings);
        };
    };
}

/// What every entry into the component begins with.
pub fn start() {
    #[cfg(target_family = "wasm")]
    crate::panic::install_hook();
}

/// Calls a tool in the host's words.
pub fn call<T: Tool>(arguments: &str, context: RequestContext) -> Result<CallToolOutcome, Error> {
    T::call(arguments, &context.into())
}

/// Stops the compiler where two tools have one name.
pub const fn assert_unique(names: &[&str]) {
    let mut one = 0;
    while one < names.len() {
        let mut other = one + 1;
        while other < names.len() {
            assert!(
                !equal(names[one].as_bytes(), names[other].as_bytes()),
                "two tools of this component have one name"
            );
            other += 1;
        }
        one += 1;
    }
}

const fn equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}
