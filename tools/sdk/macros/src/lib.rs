//! The attribute that makes a function a tool.
//!
//! What comes in is an ordinary function; what goes out is the same function, untouched, and beside it a type of the
//! same name that describes the function and calls it (`usher_sdk::Tool`). Nothing here runs in a component: this crate
//! only writes code, and says at the right place what is wrong with what the author wrote.
//!
//! `options` reads what stands in the parentheses of the attribute, `requirement` one entry of its `requires`, and
//! `function` looks at the function and writes the code. The attribute's reference is in `usher_sdk::tool`.
#![forbid(unsafe_code)]

mod function;
mod options;
mod requirement;

use proc_macro::TokenStream;

/// Makes a function a tool. `usher_sdk::tool` documents it.
#[proc_macro_attribute]
pub fn tool(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let item = proc_macro2::TokenStream::from(item);
    function::expand(attribute.into(), item.clone())
        // The function stays, so that one mistake doesn't look like many.
        .unwrap_or_else(|error| {
            let error = error.into_compile_error();
            quote::quote! { #item #error }
        })
        .into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
