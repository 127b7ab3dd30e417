//! Looks at the function and writes the code beside it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, ExprLit, FnArg, ItemFn, Lit, LitBool, LitStr, Meta, Result, ReturnType, Type};

use crate::options::{Options, check_name};

/// The function as it was, and the type of its name that is its `usher_sdk::Tool`.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let function: ItemFn = syn::parse2(item.clone())
        .map_err(|_| Error::new(first_span(&item), "`#[tool]` makes a function a tool: put it on a `fn`"))?;
    let options: Options = syn::parse2(attribute)?;
    check_signature(&function)?;

    let ident = &function.sig.ident;
    let visibility = &function.vis;
    let name = match &options.name {
        Some(name) => name.clone(),
        None => {
            check_name(&ident.to_string(), ident.span())?;
            LitStr::new(&ident.to_string(), ident.span())
        }
    };
    let parameters = Parameters::of(&function)?;
    let ReturnType::Type(_, returned) = &function.sig.output else {
        return Err(Error::new(function.sig.paren_token.span.close(), RETURN));
    };
    let description = description(&function.attrs).ok_or_else(|| {
        Error::new(
            ident.span(),
            "a tool needs a doc comment, `/// …`: it tells the model what the tool does and when to use it",
        )
    })?;

    let describe = describe(&options, &name, &description, &parameters, returned);
    let call = call(ident, &parameters, returned);
    Ok(quote! {
        #function

        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #visibility enum #ident {}

        #[automatically_derived]
        impl ::usher_sdk::Tool for #ident {
            const NAME: &'static str = #name;
            #describe
            #call
        }
    })
}

const RETURN: &str = "a tool returns a `Result<…, Error>`: write `-> Result<T, Error>`, where `T` is a struct, a `String`, a `ToolResult` or an `Outcome`";
const PARAMETERS: &str = "a tool takes its arguments as one struct and, if it likes, the context: `fn tool(input: Input, context: &Context)`";

/// What the function takes. The arguments come by value and the context by reference: so the two can't be mistaken.
#[derive(Default)]
struct Parameters {
    input: Option<Type>,
    context: Option<Span>,
}

impl Parameters {
    fn of(function: &ItemFn) -> Result<Self> {
        let mut found = Self::default();
        for parameter in &function.sig.inputs {
            let FnArg::Typed(parameter) = parameter else {
                return Err(Error::new(
                    parameter.span(),
                    "a tool is a free function: it has no `self`",
                ));
            };
            match &*parameter.ty {
                Type::Reference(context) if found.context.is_none() => found.context = Some(context.span()),
                Type::Reference(_) => return Err(Error::new(parameter.span(), PARAMETERS)),
                input if found.input.is_none() && found.context.is_none() => found.input = Some(input.clone()),
                _ => return Err(Error::new(parameter.span(), PARAMETERS)),
            }
        }
        Ok(found)
    }
}

fn check_signature(function: &ItemFn) -> Result<()> {
    let signature = &function.sig;
    if let Some(keyword) = &signature.asyncness {
        return Err(Error::new(
            keyword.span(),
            "a tool is a plain function: the host does the waiting. Remove `async`",
        ));
    }
    if let Some(keyword) = &signature.unsafety {
        return Err(Error::new(
            keyword.span(),
            "a tool is called by the host and can't be `unsafe`",
        ));
    }
    if let Some(abi) = &signature.abi {
        return Err(Error::new(abi.span(), "a tool is a Rust function: remove `extern`"));
    }
    if !signature.generics.params.is_empty() {
        return Err(Error::new(
            signature.generics.span(),
            "a tool has one type of arguments: it can't be generic",
        ));
    }
    Ok(())
}

fn describe(
    options: &Options,
    name: &LitStr,
    description: &str,
    parameters: &Parameters,
    returned: &Type,
) -> TokenStream {
    let input_schema = match &parameters.input {
        Some(input) => quote_spanned!(input.span()=> ::usher_sdk::__private::input_schema::<#input>()),
        None => quote!(::usher_sdk::__private::input_schema::<
            ::usher_sdk::__private::NoArguments,
        >()),
    };
    let output_schema =
        quote_spanned!(returned.span()=> <#returned as ::usher_sdk::reply::ToolReturn>::output_schema());
    let title = optional_text(options.title.as_ref());
    let icons = options
        .icon
        .iter()
        .map(|source| quote!(::usher_sdk::__private::icon(#source)));
    let [read_only, destructive, idempotent, open_world] = [
        &options.read_only,
        &options.destructive,
        &options.idempotent,
        &options.open_world,
    ]
    .map(optional_flag);
    let long_running = options.long_running.as_ref().is_some_and(LitBool::value);
    let requires = options.requires.iter().flatten().map(|requirement| &requirement.0);
    quote! {
        fn describe() -> ::usher_sdk::describe::Tool {
            ::usher_sdk::describe::Tool {
                name: ::std::string::String::from(#name),
                description: ::std::string::String::from(#description),
                input_schema: #input_schema,
                options: ::core::option::Option::Some(::usher_sdk::describe::ToolOptions {
                    title: #title,
                    output_schema: #output_schema,
                    annotations: ::core::option::Option::Some(::usher_sdk::describe::ToolAnnotations {
                        read_only: #read_only,
                        destructive: #destructive,
                        idempotent: #idempotent,
                        open_world: #open_world,
                    }),
                    requires: ::std::vec![#(#requires),*],
                    long_running: #long_running,
                    icons: ::std::vec![#(#icons),*],
                    meta: ::core::option::Option::None,
                }),
            }
        }
    }
}

fn call(ident: &syn::Ident, parameters: &Parameters, returned: &Type) -> TokenStream {
    let input = parameters
        .input
        .as_ref()
        .map(|input| quote_spanned!(input.span()=> ::usher_sdk::__private::arguments::<#input>(arguments)?,));
    let context = parameters.context.map(|span| quote_spanned!(span=> context));
    let finish = quote_spanned!(returned.span()=> <#returned as ::usher_sdk::reply::ToolReturn>::finish);
    quote! {
        #[allow(unused_variables)]
        fn call(
            arguments: &str,
            context: &::usher_sdk::Context,
        ) -> ::core::result::Result<::usher_sdk::reply::CallToolOutcome, ::usher_sdk::Error> {
            #finish(#ident(#input #context))
        }
    }
}

fn optional_text(text: Option<&LitStr>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(::std::string::String::from(#text))),
        None => quote!(::core::option::Option::None),
    }
}

fn optional_flag(flag: &Option<LitBool>) -> TokenStream {
    match flag {
        Some(flag) => quote!(::core::option::Option::Some(#flag)),
        None => quote!(::core::option::Option::None),
    }
}

/// The doc comment as Markdown: without the space after `///`, and without empty lines around it.
fn description(attributes: &[Attribute]) -> Option<String> {
    let mut lines = Vec::new();
    for attribute in attributes {
        let Meta::NameValue(pair) = &attribute.meta else {
            continue;
        };
        if !pair.path.is_ident("doc") {
            continue;
        }
        let Expr::Lit(ExprLit {
            lit: Lit::Str(line), ..
        }) = &pair.value
        else {
            continue;
        };
        let line = line.value();
        lines.push(line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned());
    }
    let text = lines.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

fn first_span(tokens: &TokenStream) -> Span {
    tokens
        .clone()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.to_token_stream().span())
}
