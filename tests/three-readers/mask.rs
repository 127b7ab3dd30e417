//! What differs from run to run.

/// The text with `…` in the place of ids, references, ports, times and waits.
pub(super) fn volatile(text: &str) -> String {
    let text = replaced(text, "127.0.0.1:", |c| c.is_ascii_digit());
    let text = replaced(&text, "127.0.0.1%3A", |c| c.is_ascii_digit());
    let text = replaced(&text, "[correlation id ", |c| c != ']');
    let text = replaced(&text, "more requests for ", |c| c.is_ascii_digit());
    let text = replaced(&text, "Throttled(Some(", |c| c.is_ascii_digit());
    let text = replaced(&text, "(Reference: ", |c| c.is_ascii_hexdigit());
    let text = replaced(&text, "again in ", |c| c.is_ascii_digit());
    let text = replaced(&text, "the call in ", |c| c.is_ascii_digit());
    let own_line = ["uti", "reference", "correlation_id", "trace_id", "timestamp"];
    let lines = text.lines().map(|line| {
        let is = own_line.iter().find(|name| line.starts_with(&format!("  {name}: ")));
        is.map_or_else(|| line.to_owned(), |name| format!("  {name}: …"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The text with `…` in the place of what follows each `mark` and consists of such characters.
fn replaced(text: &str, mark: &str, is_volatile: fn(char) -> bool) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some(at) = rest.find(mark) {
        let (before, after) = rest.split_at(at + mark.len());
        plain.push_str(before);
        let kept = after.trim_start_matches(is_volatile);
        if kept.len() < after.len() {
            plain.push('…');
        }
        rest = kept;
    }
    plain + rest
}
