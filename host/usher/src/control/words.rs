//! How digests, times and texts of others are written.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use usher_inspect::visible;

/// So much of a digest as people compare, and as the log shows of a revision.
pub(super) fn short(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

/// A time in seconds since 1970, as RFC 3339.
pub(super) fn moment(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_else(|| seconds.to_string())
}

/// Lines that may hold words of a component's: each indented, and with nothing hidden in it.
pub(super) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {}\n", visible(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_dates() {
        assert_eq!(moment(0), "1970-01-01T00:00:00Z");
        assert_eq!(moment(u64::MAX), u64::MAX.to_string());
    }

    #[test]
    fn words_of_components_cannot_move_the_cursor() {
        assert_eq!(indented("a\n\u{1b}[2Jb"), "  a\n  \\u{1b}[2Jb\n");
    }
}
