//! Every rule for everybody: what is listed is what can be called, and the rest is as if it weren't there.

use super::{Met, RULES, WIDER, host, listed, met, token_with};

/// Who, with which scopes, may what: `.` runs, `+` asks for scopes, `-` is unknown. In the order of [`RULES`]: `get`,
/// `get_all`, `graph_unrequired`, `insist`, `is_member_of`, `memberships`, `write`.
const EXPECTED: [(&str, &str, &str); 10] = [
    ("admin", "user_impersonation", "++...--"),
    ("admin", WIDER, ".....--"),
    ("member", "user_impersonation", "+-+--.-"),
    ("member", WIDER, ".-.--.-"),
    ("member-2", "user_impersonation", "+-+-..-"),
    ("member-2", WIDER, ".-.-..-"),
    ("nested", "user_impersonation", "+++---."),
    ("nested", WIDER, "...---."),
    ("overage", "user_impersonation", "+-+--.-"),
    ("guest", "user_impersonation", "+-+--.-"),
];

#[tokio::test]
async fn what_is_listed_is_what_can_be_called_and_all_else_is_unknown() {
    let host = host().await;
    for (persona, scope, expected) in EXPECTED {
        let token = token_with(&host, persona, scope).await;
        let listed = listed(&host, &token).await;
        let mut found = String::new();
        for (tool, _) in RULES {
            let met = met(&host, &token, tool).await;
            assert_eq!(
                listed.iter().any(|name| name == tool),
                met != Met::Unknown,
                "{persona} ({scope}): {tool} is {met:?}, and listed are {listed:?}"
            );
            found.push(match met {
                Met::Runs => '.',
                Met::StepUp => '+',
                Met::Unknown => '-',
            });
        }
        assert_eq!(found, expected, "{persona} ({scope})");
    }
}
