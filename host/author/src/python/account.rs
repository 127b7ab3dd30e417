//! What componentize-py says of a project that doesn't import, as its author needs it.
//!
//! It shows a traceback of itself around one of the interpreter in the component, in which the folders are numbered. What is left
//! is the part that begins with the project's own modules, with their paths, and the reason.

use crate::build::BuildError;

/// The numbers of the folders, in the order in which they are given to componentize-py.
pub(super) const SOURCES: &str = "/1/";

/// The error with what matters of what was said.
pub(super) fn shortened(error: BuildError) -> BuildError {
    match error {
        BuildError::Failed { command, status, said } => BuildError::Failed {
            // Its arguments are this program's affair.
            command: command.split(' ').next().unwrap_or_default().to_owned(),
            status,
            said: of_project(&said).unwrap_or(said),
        },
        other => other,
    }
}

fn of_project(said: &str) -> Option<String> {
    let inner = said.split("\nCaused by:").next()?.trim_end();
    let lines: Vec<&str> = inner.lines().collect();
    let in_project = |line: &str| line.trim_start().starts_with(&format!("File \"{SOURCES}"));
    // The reason is the last thing that isn't indented; it may go on for several lines.
    let reason = lines
        .iter()
        .rposition(|line| !line.starts_with(' ') && !line.is_empty())?;
    if !lines.iter().any(|line| line.trim_start().starts_with("File \"/0/")) {
        return None;
    }
    let start = lines.iter().position(|line| in_project(line)).unwrap_or(reason);
    let shown = lines[start..].join("\n").replace(&format!("\"{SOURCES}"), "\"src/");
    Some(if start < reason {
        format!("Traceback (most recent call last):\n{shown}\n")
    } else {
        format!("{shown}\n")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const AROUND: &str = "Traceback (most recent call last):\n  File \"/x/bin/componentize-py\", line 8, in <module>\n    \
        sys.exit(script())\nAssertionError: Traceback (most recent call last):\n  File \"/0/usher_component.py\", line 28, in <module>\n    \
        importlib.import_module(module)\n";

    #[test]
    fn an_author_reads_where_it_is_in_their_own_files() {
        let said = format!(
            "{AROUND}  File \"/python/importlib/__init__.py\", line 88, in import_module\n  File \"/1/notes.py\", line 3, in <module>\n    \
             ID = uuid.uuid4()\nusher_sdk.interpreter.NotInAComponent: not here\n\n\nCaused by:\n    NotInAComponent: not here\n"
        );
        assert_eq!(
            of_project(&said).unwrap(),
            "Traceback (most recent call last):\n  File \"src/notes.py\", line 3, in <module>\n    ID = uuid.uuid4()\n\
             usher_sdk.interpreter.NotInAComponent: not here\n"
        );
    }

    #[test]
    fn what_is_wrong_with_a_tool_needs_no_traceback() {
        let said =
            format!("{AROUND}  File \"/2/usher_sdk/tools.py\", line 9, in f\nTypeError: add(at): there is no JSON\n");
        assert_eq!(of_project(&said).unwrap(), "TypeError: add(at): there is no JSON\n");
    }

    #[test]
    fn what_componentize_py_says_of_itself_stays() {
        assert_eq!(of_project("error: no such world\n"), None);
    }
}
