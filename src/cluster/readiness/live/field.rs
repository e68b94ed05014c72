//! Reading fields of objects as JSON; what is missing or of another type is absent.

use serde_json::Value;

/// The value at a path of keys.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

/// A string.
pub(crate) fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(value, path)?.as_str()
}

/// An integer.
pub(crate) fn integer(value: &Value, path: &[&str]) -> Option<i64> {
    at(value, path)?.as_i64()
}

/// A count of the status: zero while nobody has written it.
pub(crate) fn count(value: &Value, key: &str) -> i64 {
    integer(value, &["status", key]).unwrap_or(0)
}

/// Items of a list; none when it is not there.
pub(crate) fn items<'a>(value: &'a Value, path: &[&str]) -> &'a [Value] {
    at(value, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A boolean that is there and true.
pub(crate) fn is_true(value: &Value, path: &[&str]) -> bool {
    at(value, path).and_then(Value::as_bool) == Some(true)
}

/// The first line of a message, cut to what fits a report's line.
pub(crate) fn clip(message: &str) -> String {
    cut(message.trim().lines().next().unwrap_or_default().trim_end())
}

/// All lines of a message as one, cut to what fits a report's line: for messages that come to the point only on their second line.
pub(crate) fn one_line(message: &str) -> String {
    let lines: Vec<&str> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    cut(&lines.join(" "))
}

fn cut(line: &str) -> String {
    cut_to(line, 600)
}

/// At most so many characters of a line.
pub(crate) fn cut_to(line: &str, most: usize) -> String {
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
