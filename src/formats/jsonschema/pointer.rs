//! JSON pointers and fragments of URLs.

use std::fmt::Write as _;

/// A name as part of a pointer.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a part of a pointer stands for.
pub(crate) fn unescaped(part: &str) -> Option<String> {
    let mut out = String::with_capacity(part.len());
    let mut rest = part.split('~');
    out.push_str(rest.next()?);
    for piece in rest {
        let (code, after) = piece.split_at_checked(1)?;
        out.push(match code {
            "0" => '~',
            "1" => '/',
            _ => return None,
        });
        out.push_str(after);
    }
    Some(out)
}

/// A pointer with a further name.
pub(crate) fn joined(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", escaped(name))
}

/// A path of names as a pointer.
pub(crate) fn of_path<'p>(path: impl IntoIterator<Item = &'p str>) -> String {
    path.into_iter().fold(String::new(), |pointer, name| joined(&pointer, name))
}

/// A pointer as a fragment: percent-encoded, but for its slashes (Go: `url.PathEscape`).
pub(crate) fn encoded(pointer: &str) -> String {
    let mut out = String::with_capacity(pointer.len());
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~$&+=:@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A fragment without its percent-encoding (Go: `url.PathUnescape`).
pub(crate) fn decoded(fragment: &str) -> Result<String, String> {
    if !fragment.contains('%') {
        return Ok(fragment.to_owned());
    }
    let bytes = fragment.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        if byte != b'%' {
            out.push(byte);
            at += 1;
            continue;
        }
        let code = fragment.get(at + 1..at + 3).and_then(|code| u8::from_str_radix(code, 16).ok());
        let Some(code) = code else {
            let shown = String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 3)]).into_owned();
            return Err(format!("invalid URL escape {}", seatrial_golang::quote::quote(&shown)));
        };
        out.push(code);
        at += 3;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// What stands before the first `#`, and what behind it.
pub(crate) fn split(url: &str) -> (&str, &str) {
    url.split_once('#').unwrap_or((url, ""))
}
