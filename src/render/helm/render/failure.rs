//! A render that fails: what Helm says of it.

use seatrial_gotemplate::ExecError;

use crate::functions::chart_message;
use crate::major::Major;

/// What Helm makes of a parser's message (helm: `cleanupParseError`).
pub(crate) fn of_parsing(message: &str, file: &str) -> String {
    let tokens: Vec<&str> = message.split(": ").collect();
    match tokens.as_slice() {
        [_, location, .., last] => format!("parse error at ({location}): {last}"),
        [_, last] => format!("parse error at ({last}): {last}"),
        _ => format!("parse error in ({file}): {message}"),
    }
}

/// What Helm makes of the message of an execution (helm: `cleanupExecError` of 3, `reformatExecErrorMsg` of 4).
pub(crate) fn of_execution(error: &ExecError, file: &str, helm: Major) -> String {
    let message = &*error.message;
    let mut tokens = message.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (tokens.next(), tokens.next(), tokens.next()) else {
        return format!("execution error in ({file}): {message}");
    };
    if let Some(own) = chart_message(rest) {
        return format!("execution error at ({location}): {own}");
    }
    if helm == Major::Three {
        return message.to_owned();
    }
    traced(message).unwrap_or_else(|| message.to_owned())
}

/// The chain of templates, each on three lines; `None` where it ends in what is not Go's template's own.
fn traced(message: &str) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut rest = message;
    loop {
        let (location, executing, wrong) = parts(rest)?;
        let cut = wrong.find(" template:").map_or(wrong, |at| &wrong[..at]);
        let shown = [location, executing.as_deref().unwrap_or_default(), cut];
        let mut text = String::new();
        for (line, indent) in shown.into_iter().zip(["\n  ", "\n    ", "\n"]) {
            if !line.is_empty() {
                text.push_str(line);
                text.push_str(indent);
            }
        }
        if lines.last() != Some(&text) {
            lines.push(text);
        }
        match wrapped(wrong) {
            Some(inner) => rest = inner,
            None => break,
        }
    }
    Some(lines.concat().trim().to_owned())
}

/// Location, what is executed, and what is wrong with it (helm: `parseTemplateExecErrorString`).
fn parts(message: &str) -> Option<(&str, Option<String>, &str)> {
    let rest = message.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        return Some(("", None, message));
    }
    if let Some((location, after)) = rest.split_once(": executing ") {
        let after = after.strip_prefix('"')?;
        let (function, after) = after.split_once('"')?;
        let (at, wrong) = after.strip_prefix(" at <")?.split_once(">: ")?;
        return Some((location, Some(format!("executing \"{function}\" at <{at}>:")), wrong));
    }
    let (location, wrong) = rest.rsplit_once(": ")?;
    Some((location, None, wrong))
}

/// The error of a function that was called.
fn wrapped(wrong: &str) -> Option<&str> {
    let rest = wrong.strip_prefix("error calling ")?;
    rest.split_once(": ").map(|(_, inner)| inner)
}
