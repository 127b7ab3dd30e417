//! What an author reads who wrote something wrong.

use proc_macro2::TokenStream;

use crate::function::expand;

const GOOD: &str = "/// Does it.\nfn it(input: Input, context: &Context) -> Result<Output, Error> { todo!() }";

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap()
}

fn mistake(attribute: &str, item: &str) -> String {
    expand(tokens(attribute), tokens(item)).unwrap_err().to_string()
}

fn expanded(attribute: &str, item: &str) -> String {
    expand(tokens(attribute), tokens(item)).unwrap().to_string()
}

#[test]
fn the_function_stays_as_it_was() {
    assert!(expanded("", GOOD).starts_with(&tokens(GOOD).to_string()));
}

#[test]
fn every_option_is_accepted_once() {
    let all = "name = \"a.b-c_1\", title = \"T\", icon = \"https://x/y.png\", read_only = true, destructive = false, \
        idempotent = true, open_world = false, long_running = true, requires()";
    assert!(expanded(all, GOOD).contains("\"a.b-c_1\""));
    assert_eq!(
        mistake("title = \"A\", title = \"B\"", GOOD),
        "`title` stands here twice"
    );
}

#[test]
fn every_requirement_is_accepted() {
    let all = "requires(my_documents(\"a\"), my_documents_write(CONSTANT), all_documents(\"a\"), shared_documents(\"a\"), \
        shared_documents_write(\"a\"), graph_memberships, graph(\"/me\"), graph_write(\"POST /me/sendMail\"), \
        http(\"https://api.contoso.com\"), client(elicitation_form, tasks))";
    let code = expanded(all, GOOD);
    for case in [
        "MyDocuments",
        "SharedDocumentsWrite",
        "GraphMemberships",
        "Http",
        "ELICITATION_FORM",
    ] {
        assert!(code.contains(case), "{case}");
    }
}

#[test]
fn errors_when_a_requirement_is_misspelt() {
    let message = mistake("requires(my_document(\"a\"))", GOOD);
    assert!(
        message.starts_with("there is no requirement `my_document`: write one of `my_documents"),
        "{message}"
    );
    let message = mistake("requires(client(elicitation))", GOOD);
    assert!(
        message.starts_with("clients have no capability `elicitation`: write one of elicitation_form"),
        "{message}"
    );
}

#[test]
fn errors_when_a_requirement_does_not_say_which() {
    assert_eq!(mistake("requires(my_documents)", GOOD), "say which: `my_documents(…)`");
    assert_eq!(mistake("requires(http())", GOOD), "say which: `http(…)`");
    assert_eq!(mistake("requires(client())", GOOD), "say which: `client(…)`");
}

#[test]
fn errors_when_a_request_can_not_be_one() {
    for wrong in [
        "graph(\"me\")",
        "graph(\"GET /me\")",
        "graph(\"/me?$select=id\")",
        "graph_write(\"/me/sendMail\")",
        "graph_write(\"GET /me\")",
        "graph_write(\"post /me/sendMail\")",
        "http(\"api.contoso.com\")",
        "http(\"https://api.contoso.com/v1\")",
        "http(\"https://user@api.contoso.com\")",
        "http(\"ftp://api.contoso.com\")",
    ] {
        let message = mistake(&format!("requires({wrong})"), GOOD);
        let requirement = wrong.split_once('(').unwrap().0;
        assert!(message.contains(&format!("`{requirement}(")), "{wrong}: {message}");
    }
    for right in [
        "graph(\"/me/messages/{id}\")",
        "graph_write(\"PUT /me/drive/root:/{file}:/content\")",
        "graph(PATH)",
    ] {
        expanded(&format!("requires({right})"), GOOD);
    }
}

#[test]
fn errors_when_something_is_required_that_only_a_grant_decides() {
    assert!(mistake("requires(log)", GOOD).starts_with("`log` isn't required by a tool"));
}

#[test]
fn errors_when_an_option_is_unknown_or_of_the_wrong_type() {
    assert!(mistake("readonly = true", GOOD).starts_with("there is no option `readonly`: write one of `title`"));
    assert!(mistake("read_only", GOOD).ends_with("write `read_only = true` or `read_only = false`"));
    assert!(mistake("title = 3", GOOD).ends_with("write `title = \"…\"`"));
    assert!(mistake("requires = 3", GOOD).starts_with("`requires` is a list"));
}

#[test]
fn errors_when_a_name_is_illegal() {
    let rule = "a tool's name has 1 to 64 characters of `A-Z a-z 0-9 _ - .`";
    assert_eq!(mistake("name = \"my tool\"", GOOD), rule);
    assert_eq!(mistake("name = \"\"", GOOD), rule);
    assert_eq!(mistake(&format!("name = \"{}\"", "x".repeat(65)), GOOD), rule);
    assert_eq!(
        mistake("", "/// Does it.\nfn größe() -> Result<(), Error> { todo!() }"),
        rule
    );
}

#[test]
fn errors_when_there_is_no_description() {
    let message = mistake("", "fn it() -> Result<(), Error> { todo!() }");
    assert!(message.starts_with("a tool needs a doc comment"), "{message}");
}

#[test]
fn errors_when_the_function_is_no_tool() {
    for (item, start) in [
        ("struct It;", "`#[tool]` makes a function a tool"),
        (
            "/// D.\nasync fn it() -> Result<(), Error> {}",
            "a tool is a plain function",
        ),
        (
            "/// D.\nunsafe fn it() -> Result<(), Error> {}",
            "a tool is called by the host",
        ),
        (
            "/// D.\nextern \"C\" fn it() -> Result<(), Error> {}",
            "a tool is a Rust function",
        ),
        (
            "/// D.\nfn it<T>(input: T) -> Result<(), Error> {}",
            "a tool has one type of arguments",
        ),
        (
            "/// D.\nfn it(&self) -> Result<(), Error> {}",
            "a tool is a free function",
        ),
        (
            "/// D.\nfn it(a: A, b: B) -> Result<(), Error> {}",
            "a tool takes its arguments as one struct",
        ),
        (
            "/// D.\nfn it(c: &Context, a: A) -> Result<(), Error> {}",
            "a tool takes its arguments as one struct",
        ),
        ("/// D.\nfn it(input: Input) {}", "a tool returns a `Result<…, Error>`"),
    ] {
        let message = mistake("", item);
        assert!(message.starts_with(start), "{item}: {message}");
    }
}

#[test]
fn a_description_is_the_doc_comment_without_its_margin() {
    let code = expanded(
        "",
        "///  Two spaces.\n///\n/// - a list\nfn it() -> Result<(), Error> { todo!() }",
    );
    assert!(code.contains(r#""Two spaces.\n\n- a list""#), "{code}");
}
