//! Go's `reflect.DeepEqual`, and sets of values by it: `deepEqual`.

use std::collections::HashSet;

use seatrial_gotemplate::{Context, Data, Failure, Function, Type, Value};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[Function::new("deepEqual", &[Type::Any, Type::Any], |cx, arguments| {
    Ok(Value::bool(are_equal(cx, &arguments[0], &arguments[1])?))
})];

/// Whether both have the same type and the same content. What is still to be compared waits in a list, however deep it is.
pub(crate) fn are_equal(cx: &mut Context<'_>, left: &Value, right: &Value) -> Result<bool, Failure> {
    if let Some(answer) = shallow(left, right) {
        return Ok(answer);
    }
    let mut waiting = vec![(left.clone(), right.clone())];
    while let Some((left, right)) = waiting.pop() {
        cx.spend(1)?;
        match (&left.data, &right.data) {
            (Data::List(left), Data::List(right)) if !left.is_same(right) => {
                let (left_items, right_items) = (left.items(), right.items());
                let are_alike = left.is_nil() == right.is_nil() && left_items.len() == right_items.len();
                if !are_alike || left.element() != right.element() {
                    return Ok(false);
                }
                if !queue(left_items.iter().zip(right_items), &mut waiting) {
                    return Ok(false);
                }
            }
            (Data::Map(left), Data::Map(right)) if !left.is_same(right) => {
                let (left_entries, right_entries) = (left.entries(), right.entries());
                let are_alike = left.is_nil() == right.is_nil() && left_entries.len() == right_entries.len();
                if !are_alike || left.kind() != right.kind() || !left_entries.keys().eq(right_entries.keys()) {
                    return Ok(false);
                }
                if !queue(left_entries.values().zip(right_entries.values()), &mut waiting) {
                    return Ok(false);
                }
            }
            _ => {}
        }
    }
    Ok(true)
}

/// Puts the pairs that need a closer look on the list; false if one differs at the first.
fn queue<'v>(pairs: impl Iterator<Item = (&'v Value, &'v Value)>, waiting: &mut Vec<(Value, Value)>) -> bool {
    for (left, right) in pairs {
        match shallow(left, right) {
            Some(false) => return false,
            Some(true) => {}
            None => waiting.push((left.clone(), right.clone())),
        }
    }
    true
}

/// The answer, if what is inside need not be looked at.
fn shallow(left: &Value, right: &Value) -> Option<bool> {
    Some(match (&left.data, &right.data) {
        (Data::Nil, Data::Nil) => true,
        (Data::NilPointer(left), Data::NilPointer(right)) => left == right,
        (Data::Bool(left), Data::Bool(right)) => left == right,
        (Data::Int { kind, value }, Data::Int { kind: other, value: right }) => kind == other && value == right,
        #[allow(clippy::float_cmp, reason = "as in Go")]
        (Data::Float(left), Data::Float(right)) => left == right,
        (Data::Text(left), Data::Text(right)) => left == right,
        (Data::Bytes(left), Data::Bytes(right)) => left == right,
        (Data::List(_), Data::List(_)) | (Data::Map(_), Data::Map(_)) => return None,
        (Data::Object(left_object), Data::Object(right_object)) => {
            std::ptr::addr_eq(std::rc::Rc::as_ptr(left_object), std::rc::Rc::as_ptr(right_object))
                || (left_object.type_name() == right_object.type_name()
                    && left_object.printed() == right_object.printed())
        }
        _ => false,
    })
}

/// Values that were seen, compared as [`are_equal`] does. Scalars are found without a look at all others.
#[derive(Default)]
pub(crate) struct Seen {
    scalars: HashSet<Scalar>,
    others: Vec<Value>,
}

#[derive(PartialEq, Eq, Hash)]
enum Scalar {
    Nil,
    Bool(bool),
    Int(&'static str, i64),
    Float(u64),
    Bytes(Box<[u8]>),
}

impl Scalar {
    fn of(value: &Value) -> Option<Self> {
        Some(match &value.data {
            Data::Nil => Self::Nil,
            Data::Bool(value) => Self::Bool(*value),
            Data::Int { kind, value } => Self::Int(kind.name(), *value),
            // Both zeros are equal; a NaN equals nothing, and is left to the comparison.
            Data::Float(value) if !value.is_nan() => Self::Float((*value + 0.0).to_bits()),
            Data::Text(text) => Self::Bytes(text.bytes().into()),
            _ => return None,
        })
    }
}

impl Seen {
    /// Notes the value; false if an equal one was there.
    pub(crate) fn add(&mut self, cx: &mut Context<'_>, value: &Value) -> Result<bool, Failure> {
        if let Some(scalar) = Scalar::of(value) {
            return Ok(self.scalars.insert(scalar));
        }
        if self.has(cx, value)? {
            return Ok(false);
        }
        self.others.push(value.clone());
        Ok(true)
    }

    /// Whether an equal value was noted.
    pub(crate) fn has(&self, cx: &mut Context<'_>, value: &Value) -> Result<bool, Failure> {
        if let Some(scalar) = Scalar::of(value) {
            return Ok(self.scalars.contains(&scalar));
        }
        cx.spend(self.others.len() as u64)?;
        for other in &self.others {
            if are_equal(cx, other, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
