//! Characters that look, or are folded, like those with a meaning in paths.

use unicode_normalization::UnicodeNormalization;

/// Those with a meaning. A compatibility form of them (Unicode Standard Annex #15, NFKC), such as the full-width slash, turns
/// into them in software that normalises before it reads.
const MEANINGFUL: [char; 8] = ['/', '\\', ':', '%', '?', '#', '$', ';'];

/// Slashes, backslashes and colons that no normalisation folds, but that best-fit conversions to old code pages, and people, do.
const CONFUSABLE: [char; 9] = [
    '\u{2044}', '\u{2215}', '\u{2571}', '\u{29f8}', '\u{2216}', '\u{29f5}', '\u{29f9}', '\u{2236}', '\u{a789}',
];

/// The first character that isn't what it looks like.
pub(super) fn look_alike(text: &str) -> Option<char> {
    if text.is_ascii() {
        return None;
    }
    text.chars().find(|character| {
        !character.is_ascii() && (CONFUSABLE.contains(character) || is_invisible(*character) || folds(*character))
    })
}

fn folds(character: char) -> bool {
    std::iter::once(character)
        .nfkc()
        .any(|folded| MEANINGFUL.contains(&folded))
}

/// Characters that show nothing, or turn the direction of what follows. The two joiners stay, which Persian, the languages of
/// India and pictures of people are written with.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text as software reads it that normalises first.
pub(super) fn normalized(text: &str) -> String {
    text.nfkc().collect()
}
