//! The log commands of Azure Pipelines, `##vso[area.event key=value;key=value]data`, with their escapes.
//!
//! Source: the agent's `Command.cs`, `CommandStringConvertor.cs` and `TaskCommandExtension.cs`.

use crate::log_commands::escaped;

/// What the agent would read as an escape. It undoes `%AZP25` only where it was told to (`DECODE_PERCENTS`), and else warns: a percent sign that
/// begins none of these is the same escaped or not, and stays as it is.
const ESCAPES: [&str; 5] = ["3B", "0D", "0A", "5D", "AZP25"];

/// A line with one command.
pub(crate) fn command(name: &str, properties: &[(&str, &str)], text: &str) -> String {
    let properties: Vec<String> = properties.iter().map(|(key, value)| format!("{key}={}", property(value))).collect();
    let blank = if properties.is_empty() { "" } else { " " };
    format!("##vso[{name}{blank}{}]{}\n", properties.join(";"), data(text))
}

/// The value of a property: `;` and `]` would end it.
fn property(text: &str) -> String {
    data(text).replace(']', "%5D").replace(';', "%3B")
}

/// The text behind the bracket.
fn data(text: &str) -> String {
    escaped(text, |rest| if ESCAPES.iter().any(|escape| rest.starts_with(escape)) { "%AZP25" } else { "%" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_a_property_or_the_command() {
        let hostile = "a];x=y\r\n##vso[task.complete result=Succeeded]50% %0A %AZP25\u{1b}";
        assert_eq!(
            command("task.logissue", &[("type", "error"), ("sourcepath", hostile)], hostile),
            "##vso[task.logissue type=error;sourcepath=a%5D%3Bx=y%0D%0A##_vso[task.complete result=Succeeded%5D50% \
             %AZP250A %AZP25AZP25\\u{1b}]a];x=y%0D%0A##_vso[task.complete result=Succeeded]50% %AZP250A \
             %AZP25AZP25\\u{1b}\n"
        );
    }

    #[test]
    fn an_ordinary_percent_sign_needs_no_escape() {
        assert_eq!(command("task.uploadsummary", &[], "/a/100%.md"), "##vso[task.uploadsummary]/a/100%.md\n");
    }
}
