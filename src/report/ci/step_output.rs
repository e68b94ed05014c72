//! Step outputs: how a value that may hold anything is handed to later steps.

use crate::Host;

/// A step output in the dialect of the host's output file: `name<<random\nvalue\nrandom\n`; where the value holds that delimiter, one made
/// from it is taken that the value does not hold (CVE-2022-35954). Empty for [`Host::Local`].
#[must_use]
pub fn step_output(host: Host, name: &str, value: &str, random: &str) -> String {
    match host {
        Host::GitHubActions => {
            let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
            let delimiter = delimiter(value, random);
            format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
        }
        Host::Unsupported | Host::Local => String::new(),
    }
}

fn delimiter(value: &str, random: &str) -> String {
    let random: String = random.chars().filter(char::is_ascii_alphanumeric).collect();
    let first = format!("seatrial-{random}");
    let mut delimiter = first.clone();
    let mut tries = 0_u32;
    while value.contains(&delimiter) {
        tries += 1;
        delimiter = format!("{first}-{tries}");
    }
    delimiter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_between_two_delimiters() {
        assert_eq!(
            step_output(Host::GitHubActions, "verdict", "passed", "4f2a"),
            "verdict<<seatrial-4f2a\npassed\nseatrial-4f2a\n"
        );
    }

    #[test]
    fn a_value_that_holds_the_delimiter_cannot_end_itself() {
        let value = "a\nseatrial-4f2a\nother=b\nseatrial-4f2a-1";
        let written = step_output(Host::GitHubActions, "report", value, "4f2a");
        assert_eq!(written, format!("report<<seatrial-4f2a-2\n{value}\nseatrial-4f2a-2\n"));
    }

    #[test]
    fn a_name_cannot_hold_a_second_assignment() {
        let written = step_output(Host::GitHubActions, "a=b\nc<<d", "v", "0");
        assert!(written.starts_with("abcd<<seatrial-0\n"), "{written}");
    }

    #[test]
    fn a_local_run_has_no_outputs() {
        assert_eq!(step_output(Host::Local, "verdict", "passed", "4f2a"), "");
    }
}
