//! What functions read of their arguments, and how they write a text that remembers what made it.

use std::borrow::Cow;

use seatrial_gotemplate::{Context, Data, Failure, IntKind, Marks, ObjectKind, Text, TextBuilder, Value};

/// What Go says when the type of nil is asked for.
pub(crate) const NIL_POINTER: &str = "runtime error: invalid memory address or nil pointer dereference";

/// Nesting that no real value has: what goes down into values by recursion stops here.
pub(crate) const TOO_DEEP: usize = 1000;

/// The argument, whose type is `string`.
pub(crate) fn text(arguments: &[Value], at: usize) -> Text {
    arguments.get(at).and_then(Value::as_text).cloned().unwrap_or_default()
}

/// The argument, whose type is an integer.
pub(crate) fn int(arguments: &[Value], at: usize) -> i64 {
    arguments.get(at).and_then(Value::as_int).unwrap_or_default()
}

/// The argument as a size: nothing where it is negative.
pub(crate) fn size(value: i64) -> Option<usize> {
    usize::try_from(value).ok()
}

/// Pays for elements that a function makes: their number may have no relation to the size of the template.
pub(crate) fn pay_for(cx: &mut Context<'_>, elements: u64) -> Result<(), Failure> {
    cx.spend(elements)?;
    cx.spend_bytes(elements.saturating_mul(size_of::<Value>() as u64))
}

/// What sprig's `strval` makes of a value.
pub(crate) fn printed(cx: &mut Context<'_>, value: &Value) -> Result<Text, Failure> {
    match &value.data {
        Data::Bytes(bytes) => Ok(Text::from_bytes(bytes)),
        _ => cx.print(value),
    }
}

/// The elements, if the value is a slice.
pub(crate) fn elements(value: &Value) -> Option<Cow<'_, [Value]>> {
    match &value.data {
        Data::List(list) => Some(Cow::Borrowed(list.items())),
        Data::Bytes(bytes) => {
            let byte = |byte: &u8| Value::int_of(IntKind::Uint8, i64::from(*byte));
            Some(Cow::Owned(bytes.iter().map(byte).collect()))
        }
        Data::Object(object) if object.kind() == ObjectKind::Slice => {
            Some(Cow::Owned(object.items().into_iter().map(|(_, item)| item).collect()))
        }
        _ => None,
    }
}

/// What sprig's `strslice` makes of a value: its elements as texts, without nil.
pub(crate) fn texts(cx: &mut Context<'_>, value: &Value) -> Result<Vec<Value>, Failure> {
    let Some(items) = elements(value) else {
        if value.is_nil() {
            return Ok(Vec::new());
        }
        return Ok(vec![Value::text(printed(cx, value)?).with_marks(value.marks.clone())]);
    };
    cx.spend(items.len() as u64)?;
    let mut texts = Vec::with_capacity(items.len());
    for item in items.iter().filter(|item| !item.is_nil()) {
        texts.push(Value::text(printed(cx, item)?).with_marks(item.marks.clone()));
    }
    Ok(texts)
}

/// Whether the bytes are not UTF-8.
pub(crate) fn is_raw(text: &Text) -> bool {
    text.bytes().as_ptr() != text.as_str().as_ptr()
}

/// A part of the text by its bytes, as Go cuts.
pub(crate) fn cut(text: &Text, from: usize, to: usize) -> Text {
    if is_raw(text) || !text.is_char_boundary(from) || !text.is_char_boundary(to) {
        return Text::from_bytes(&text.bytes()[from..to]);
    }
    text.slice(from..to)
}

/// Writes a text of any bytes, and keeps what made them.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    builder: TextBuilder,
    /// All bytes, once some are not UTF-8.
    raw: Option<Vec<u8>>,
}

impl Writer {
    /// A text; where it does not know better, values with these marks made it.
    pub(crate) fn push(&mut self, text: &Text, marks: &Marks) {
        if is_raw(text) && self.raw.is_none() {
            self.raw = Some(self.builder.as_str().as_bytes().to_vec());
        }
        match &mut self.raw {
            Some(raw) => raw.extend_from_slice(text.bytes()),
            None => self.builder.push(text, marks),
        }
    }

    /// A part of a text by its bytes, on the borders of characters where these are UTF-8.
    pub(crate) fn push_slice(&mut self, text: &Text, from: usize, to: usize, marks: &Marks) {
        if self.raw.is_some() || is_raw(text) {
            return self.push(&cut(text, from, to), marks);
        }
        self.builder.push_slice(text, from..to, marks);
    }

    /// A string that values with these marks made.
    pub(crate) fn push_str(&mut self, string: &str, marks: &Marks) {
        match &mut self.raw {
            Some(raw) => raw.extend_from_slice(string.as_bytes()),
            None => self.builder.push_str(string, marks),
        }
    }

    /// The text.
    pub(crate) fn finish(self) -> Value {
        Value::text(self.raw.map_or_else(|| self.builder.finish(), |raw| Text::from_bytes(&raw)))
    }
}
