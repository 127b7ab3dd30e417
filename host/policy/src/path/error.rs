//! Why a path is refused.

use thiserror::Error;

use super::segments::MAX_BYTES;

/// Why a text isn't a path that this host sends. Where a text is quoted, it is quoted with escapes, fit for a log.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PathError {
    /// It is relative, or an address in full, or names another host.
    #[error("a path begins with one slash")]
    NotAbsolute,
    /// It is too long.
    #[error("a path has at most {MAX_BYTES} bytes")]
    TooLong,
    /// Two slashes side by side, or one at the end: a path and its neighbour would look alike.
    #[error("a path has neither two slashes side by side nor one at its end")]
    EmptySegment,
    /// `.` or `..`, however they are spelled, also beside a colon; or a part that ends as Windows cuts names.
    #[error("the segment {0:?} could be read as another directory: `.` and `..`, and blanks at an end, aren't allowed")]
    Dots(String),
    /// A character that separates, escapes or hides, encoded or not.
    #[error("the segment {0:?} has the character {1:?}, which isn't allowed in paths, encoded or not")]
    Character(String, char),
    /// A character that some software reads as one that isn't allowed.
    #[error("the segment {0:?} has the character {1:?}, which looks like one that isn't allowed in paths")]
    LookAlike(String, char),
    /// A `%` that doesn't begin an escape, or an escape of what isn't UTF-8.
    #[error("the segment {0:?} isn't percent-encoded UTF-8 (RFC 3986 §2.1)")]
    Encoding(String),
    /// `$batch` and whatever else begins with `$` but isn't known to be harmless.
    #[error("the segment {0:?} isn't allowed: of those with `$`, only `$value`, `$count` and `$ref` are")]
    System(String),
}
