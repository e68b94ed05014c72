//! `format`: what a text must look like. The words are those of github.com/santhosh-tekuri/jsonschema.

use std::net::{Ipv4Addr, Ipv6Addr};

use seatrial_golang::quote::{quote, quote_rune};

use crate::compile::Patterns;
use crate::format_times;
use crate::url;

pub(crate) type Verdict = Result<(), String>;

const NAMES: [&str; 19] = [
    "regex",
    "json-pointer",
    "relative-json-pointer",
    "uuid",
    "duration",
    "period",
    "ipv4",
    "ipv6",
    "hostname",
    "email",
    "date",
    "time",
    "date-time",
    "uri",
    "iri",
    "uri-reference",
    "iri-reference",
    "uri-template",
    "semver",
];

/// Whether texts are checked for it.
pub(crate) fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

/// What is wrong with a text.
pub(crate) fn wrong_with(format: &str, text: &str, patterns: &Patterns) -> Option<String> {
    let verdict = match format {
        "regex" => match patterns.get(text) {
            Some(Err(why)) => Err(why),
            Some(Ok(_)) | None => Ok(()),
        },
        "json-pointer" => json_pointer(text),
        "relative-json-pointer" => relative_json_pointer(text),
        "uuid" => uuid(text),
        "duration" => format_times::duration(text),
        "period" => format_times::period(text),
        "ipv4" => ipv4(text),
        "ipv6" => ipv6(text),
        "hostname" => hostname(text),
        "email" => email(text),
        "date" => format_times::date(text),
        "time" => format_times::time(text),
        "date-time" => format_times::date_time(text),
        "uri" | "iri" => uri(text),
        "uri-reference" | "iri-reference" => uri_reference(text),
        "uri-template" => uri_template(text),
        "semver" => semver(text),
        _ => Ok(()),
    };
    verdict.err()
}

pub(crate) fn said(message: &str) -> Verdict {
    Err(message.to_owned())
}

/// A character as messages show it.
pub(crate) fn character(c: char) -> String {
    quote_rune(u32::from(c))
}

fn json_pointer(text: &str) -> Verdict {
    if text.is_empty() {
        return Ok(());
    }
    if !text.starts_with('/') {
        return said("not starting with /");
    }
    for part in text.split('/').skip(1) {
        let mut rest = part.chars();
        while let Some(c) = rest.next() {
            if c == '~' && !matches!(rest.next(), Some('0' | '1')) {
                return said("~ must be followed by 0 or 1");
            }
        }
    }
    Ok(())
}

fn relative_json_pointer(text: &str) -> Verdict {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return said("must start with non-negative integer");
    }
    if digits > 1 && text.starts_with('0') {
        return said("starts with zero");
    }
    match &text[digits..] {
        "#" => Ok(()),
        rest => json_pointer(rest),
    }
}

fn uuid(text: &str) -> Verdict {
    let lengths = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != lengths.len() {
        return Err(format!("must have {} elements", lengths.len()));
    }
    for (at, (group, length)) in groups.iter().zip(lengths).enumerate() {
        if group.len() != length {
            return Err(format!("element {} must be {length} characters long", at + 1));
        }
        if let Some(c) = group.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(format!("non-hex character {}", character(c)));
        }
    }
    Ok(())
}

fn ipv4(text: &str) -> Verdict {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return said("expected four decimals");
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return said("leading zeros");
        }
        let digits = group.strip_prefix(['-', '+']).unwrap_or(group);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("strconv.Atoi: parsing {}: invalid syntax", quote(group)));
        }
        let Ok(number) = group.parse::<i64>() else {
            return Err(format!("strconv.Atoi: parsing {}: value out of range", quote(group)));
        };
        if !(0..=255).contains(&number) {
            return said("decimal must be between 0 and 255");
        }
    }
    Ok(())
}

fn ipv6(text: &str) -> Verdict {
    if !text.contains(':') {
        return said("missing colon");
    }
    if text.contains('%') {
        return said("zone id is not a part of ipv6 address");
    }
    match text.parse::<Ipv6Addr>() {
        Ok(_) => Ok(()),
        // Go says what exactly is wrong.
        Err(_) => Err(format!("ParseAddr({}): unable to parse IP", quote(text))),
    }
}

fn hostname(text: &str) -> Verdict {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return said("more than 253 characters long");
    }
    for label in text.split('.') {
        if label.is_empty() || label.len() > 63 {
            return said("label must be 1 to 63 characters long");
        }
        if label.starts_with('-') {
            return said("label starts with hyphen");
        }
        if label.ends_with('-') {
            return said("label ends with hyphen");
        }
        if let Some(c) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return Err(format!("invalid character {}", character(c)));
        }
    }
    Ok(())
}

fn email(text: &str) -> Verdict {
    if text.len() > 254 {
        return said("more than 255 characters long");
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return said("missing @") };
    if local.len() > 64 {
        return said("local part more than 64 characters long");
    }
    match local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if inner.contains(['\\', '"']) => {
            return said("backslash and quote are not allowed within quoted local part");
        }
        Some(_) => {}
        None => local_part(local)?,
    }
    if let Some(address) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return match address.strip_prefix("IPv6:") {
            Some(address) => ipv6(address).map_err(|why| format!("invalid ipv6 address: {why}")),
            None => ipv4(address).map_err(|why| format!("invalid ipv4 address: {why}")),
        };
    }
    hostname(domain).map_err(|why| format!("invalid domain: {why}"))
}

fn local_part(local: &str) -> Verdict {
    if local.starts_with('.') {
        return said("starts with dot");
    }
    if local.ends_with('.') {
        return said("ends with dot");
    }
    if local.contains("..") {
        return said("consecutive dots");
    }
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c);
    match local.chars().find(|c| !is_allowed(*c)) {
        Some(c) => Err(format!("invalid character {}", character(c))),
        None => Ok(()),
    }
}

fn parsed(text: &str) -> Verdict {
    if let Some(why) = url::wrong_with(text) {
        return Err(why);
    }
    let host = text.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    if let Some((inner, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return ipv6(inner).map_err(|why| format!("invalid ipv6 address: {why}"));
    }
    if host.matches(':').count() > 1 && host.parse::<Ipv4Addr>().is_err() {
        return said("ipv6 address not enclosed in brackets");
    }
    Ok(())
}

fn uri(text: &str) -> Verdict {
    parsed(text)?;
    if url::scheme(text).is_empty() { said("relative url") } else { Ok(()) }
}

fn uri_reference(text: &str) -> Verdict {
    if text.contains('\\') {
        return said("contains \\");
    }
    parsed(text)
}

fn uri_template(text: &str) -> Verdict {
    parsed(text)?;
    let path = text.split(['#', '?']).next().unwrap_or_default();
    for part in path.split('/') {
        let mut is_open = false;
        for c in part.chars().filter(|c| matches!(c, '{' | '}')) {
            if (c == '{') == is_open {
                return said("nested curly braces");
            }
            is_open = !is_open;
        }
        if is_open {
            return said("no matching closing brace");
        }
    }
    Ok(())
}

fn semver(text: &str) -> Verdict {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    if let Some(build) = build {
        if build.is_empty() {
            return said("build is empty");
        }
        for identifier in build.split('.') {
            if identifier.is_empty() {
                return said("build identifier is empty");
            }
            if let Some(c) = identifier.chars().find(|c| !is_plain(*c)) {
                return Err(format!("invalid character {} in build identifier", character(c)));
            }
        }
    }
    let (text, before) = text.split_once('-').map_or((text, None), |(text, before)| (text, Some(before)));
    for identifier in before.into_iter().flat_map(|before| before.split('.')) {
        if identifier.is_empty() {
            return said("pre-release identifier is empty");
        }
        if let Some(c) = identifier.chars().find(|c| !is_plain(*c)) {
            return Err(format!("invalid character {} in pre-release identifier", character(c)));
        }
        let is_number = identifier.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && identifier.len() > 1 && identifier.starts_with('0') {
            return said("pre-release numeric identifier starts with zero");
        }
    }
    let numbers: Vec<&str> = text.split('.').collect();
    if numbers.len() != 3 {
        return said("versionCore must have 3 numbers separated by dot");
    }
    for (name, number) in ["major", "minor", "patch"].into_iter().zip(numbers) {
        if number.is_empty() {
            return Err(format!("{name} is empty"));
        }
        if number.len() > 1 && number.starts_with('0') {
            return Err(format!("{name} starts with zero"));
        }
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("{name} contains non-digit"));
        }
    }
    Ok(())
}
