//! What stands in the parentheses of `#[tool(…)]`.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, LitBool, LitStr, Result, Token, parenthesized};

use crate::requirement::Requirement;

const KNOWN: &str =
    "`title`, `name`, `read_only`, `destructive`, `idempotent`, `open_world`, `long_running`, `icon`, `requires(…)`";

/// The options of a tool, each at most once.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) title: Option<LitStr>,
    pub(crate) icon: Option<LitStr>,
    pub(crate) read_only: Option<LitBool>,
    pub(crate) destructive: Option<LitBool>,
    pub(crate) idempotent: Option<LitBool>,
    pub(crate) open_world: Option<LitBool>,
    pub(crate) long_running: Option<LitBool>,
    pub(crate) requires: Option<Vec<Requirement>>,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            match key.to_string().as_str() {
                "name" => {
                    let name = text(&key, input)?;
                    check_name(&name.value(), name.span())?;
                    once(&key, &mut options.name, name)?;
                }
                "title" => once(&key, &mut options.title, text(&key, input)?)?,
                "icon" => once(&key, &mut options.icon, text(&key, input)?)?,
                "read_only" => once(&key, &mut options.read_only, flag(&key, input)?)?,
                "destructive" => once(&key, &mut options.destructive, flag(&key, input)?)?,
                "idempotent" => once(&key, &mut options.idempotent, flag(&key, input)?)?,
                "open_world" => once(&key, &mut options.open_world, flag(&key, input)?)?,
                "long_running" => once(&key, &mut options.long_running, flag(&key, input)?)?,
                "requires" => once(&key, &mut options.requires, requirements(&key, input)?)?,
                other => {
                    return Err(Error::new(
                        key.span(),
                        format!("there is no option `{other}`: write one of {KNOWN}"),
                    ));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

/// 1 to 64 characters of `A-Z a-z 0-9 _ - .`, as MCP wants it.
pub(crate) fn check_name(name: &str, span: proc_macro2::Span) -> Result<()> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if (1..=64).contains(&name.len()) && name.chars().all(legal) {
        return Ok(());
    }
    Err(Error::new(
        span,
        "a tool's name has 1 to 64 characters of `A-Z a-z 0-9 _ - .`",
    ))
}

fn once<T>(key: &Ident, place: &mut Option<T>, value: T) -> Result<()> {
    if place.replace(value).is_some() {
        return Err(Error::new(key.span(), format!("`{key}` stands here twice")));
    }
    Ok(())
}

fn text(key: &Ident, input: ParseStream<'_>) -> Result<LitStr> {
    if !input.peek(Token![=]) || !input.peek2(LitStr) {
        return Err(Error::new(
            key.span(),
            format!("`{key}` is a text: write `{key} = \"…\"`"),
        ));
    }
    input.parse::<Token![=]>()?;
    input.parse()
}

fn flag(key: &Ident, input: ParseStream<'_>) -> Result<LitBool> {
    if !input.peek(Token![=]) || !input.peek2(LitBool) {
        return Err(Error::new(
            key.span(),
            format!("`{key}` is yes or no: write `{key} = true` or `{key} = false`"),
        ));
    }
    input.parse::<Token![=]>()?;
    input.parse()
}

fn requirements(key: &Ident, input: ParseStream<'_>) -> Result<Vec<Requirement>> {
    if !input.peek(syn::token::Paren) {
        return Err(Error::new(
            key.span(),
            "`requires` is a list: write `requires(my_documents(\"…\"), …)`",
        ));
    }
    let content;
    parenthesized!(content in input);
    let list = Punctuated::<Requirement, Token![,]>::parse_terminated(&content)?;
    Ok(list.into_iter().collect())
}
