//! Paragraphs on lines of at most 80 characters.

/// The longest line.
const WIDTH: usize = 80;

/// A paragraph: `first` stands before its first line, blanks of the same length before the others. Words that are longer than
/// a line are broken. Ends with a line feed.
pub(crate) fn wrap(first: &str, text: &str) -> String {
    let indent = first.chars().count();
    let room = WIDTH.saturating_sub(indent).max(20);
    let mut lines: Vec<String> = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let characters: Vec<char> = word.chars().collect();
        for (index, part) in characters.chunks(room).enumerate() {
            let gap = usize::from(used > 0 && index == 0);
            if used > 0 && (index > 0 || used + gap + part.len() > room) {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                if used > 0 {
                    line.push(' ');
                    used += 1;
                }
                line.extend(part);
                used += part.len();
            }
        }
    }
    let mut wrapped = String::new();
    for (index, line) in lines.iter().enumerate() {
        let before = if index == 0 {
            first.to_owned()
        } else {
            " ".repeat(indent)
        };
        wrapped += format!("{before}{line}").trim_end();
        wrapped.push('\n');
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_a_terminal_and_nothing_is_lost() {
        let text = format!("{} {} end", "word ".repeat(40), "x".repeat(200));
        let wrapped = wrap("  - ", &text);
        assert!(wrapped.lines().all(|line| line.chars().count() <= WIDTH), "{wrapped}");
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
        assert_eq!(letters(&wrapped), letters(&text));
    }

    #[test]
    fn further_lines_stand_below_the_first() {
        assert_eq!(
            wrap("  a  ", &"b ".repeat(40)).lines().nth(1).map(|l| l.find('b')),
            Some(Some(5))
        );
    }
}
