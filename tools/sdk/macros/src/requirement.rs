//! One entry of `requires(…)`: the cases of the contract's `requirement`, spelled as Rust.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, ExprLit, Ident, Lit, Result, Token, parenthesized};

const KNOWN: &str = "`my_documents(\"container\")`, `my_documents_write(\"container\")`, `all_documents(\"container\")`, \
    `shared_documents(\"container\")`, `shared_documents_write(\"container\")`, `graph_memberships`, `graph(\"/path\")`, \
    `graph_write(\"POST /path\")`, `http(\"https://origin\")`, `client(capability, …)`";

const CAPABILITIES: [&str; 7] = [
    "elicitation_form",
    "elicitation_url",
    "sampling",
    "sampling_tools",
    "roots",
    "tasks",
    "apps",
];

/// The expression that makes the contract's `requirement`.
pub(crate) struct Requirement(pub(crate) TokenStream);

impl Parse for Requirement {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let what: Ident = input.parse()?;
        let case = match what.to_string().as_str() {
            "my_documents" => "MyDocuments",
            "my_documents_write" => "MyDocumentsWrite",
            "all_documents" => "AllDocuments",
            "shared_documents" => "SharedDocuments",
            "shared_documents_write" => "SharedDocumentsWrite",
            "graph" => "Graph",
            "graph_write" => "GraphWrite",
            "http" => "Http",
            "graph_memberships" => {
                return Ok(Self(quote!(::usher_sdk::describe::Requirement::GraphMemberships)));
            }
            "client" => return client(&what, input),
            "identity" | "config" | "log" | "progress" | "notifications" => {
                let message = format!(
                    "`{what}` isn't required by a tool: it reaches nobody's data, and the operator's grant alone decides about it"
                );
                return Err(Error::new(what.span(), message));
            }
            other => {
                let message = format!("there is no requirement `{other}`: write one of {KNOWN}");
                return Err(Error::new(what.span(), message));
            }
        };
        let case = Ident::new(case, what.span());
        let value: Expr = in_parentheses(&what, input)?.parse()?;
        // A constant's text isn't known here; the host looks at it when the component is loaded.
        if let Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) = &value
            && let Some(why) = mistake(&what, &text.value())
        {
            return Err(Error::new(text.span(), why));
        }
        Ok(Self(
            quote!(::usher_sdk::describe::Requirement::#case(::std::string::String::from(#value))),
        ))
    }
}

/// What is wrong with the text of a requirement, as far as a look at it can tell.
fn mistake(what: &Ident, text: &str) -> Option<String> {
    let is_path = |path: &str| path.starts_with('/') && !path.contains(['?', '#', ' ']);
    let why = match what.to_string().as_str() {
        "graph" if !is_path(text) => {
            "a request of `graph` is a path below `/v1.0`, without a query: `graph(\"/me/messages/{id}\")`"
        }
        "graph_write" => match text.split_once(' ') {
            Some(("POST" | "PUT" | "PATCH" | "DELETE", path)) if is_path(path) => return None,
            _ => {
                "a request of `graph_write` is POST, PUT, PATCH or DELETE and a path below `/v1.0`: \
                 `graph_write(\"POST /me/sendMail\")`"
            }
        },
        "http" => match text.split_once("://") {
            Some(("https" | "http", host)) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => {
                return None;
            }
            _ => "an origin of `http` has neither a path nor a user: `http(\"https://api.contoso.com\")`",
        },
        _ => return None,
    };
    Some(why.to_owned())
}

fn client(what: &Ident, input: ParseStream<'_>) -> Result<Requirement> {
    let content = in_parentheses(what, input)?;
    let capabilities = Punctuated::<Ident, Token![,]>::parse_terminated(&content)?;
    let mut flags = Vec::new();
    for capability in &capabilities {
        if !CAPABILITIES.contains(&capability.to_string().as_str()) {
            let message = format!(
                "clients have no capability `{capability}`: write one of {}",
                CAPABILITIES.join(", ")
            );
            return Err(Error::new(capability.span(), message));
        }
        let flag = Ident::new(&capability.to_string().to_uppercase(), capability.span());
        flags.push(quote!(::usher_sdk::ClientCapabilities::#flag));
    }
    if flags.is_empty() {
        return Err(Error::new(what.span(), "say which: `client(elicitation_form)`"));
    }
    Ok(Requirement(
        quote!(::usher_sdk::describe::Requirement::Client(#(#flags)|*)),
    ))
}

fn in_parentheses<'a>(what: &Ident, input: ParseStream<'a>) -> Result<syn::parse::ParseBuffer<'a>> {
    if !input.peek(syn::token::Paren) {
        return Err(Error::new(what.span(), format!("say which: `{what}(…)`")));
    }
    let content;
    parenthesized!(content in input);
    if content.is_empty() {
        return Err(Error::new(what.span(), format!("say which: `{what}(…)`")));
    }
    Ok(content)
}
