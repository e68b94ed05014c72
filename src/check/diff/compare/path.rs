//! Where in an object a value stands, as readers write it: `spec.template.spec.containers[web].image`.

use std::fmt;

use seatrial_model::Text;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A field of a mapping.
    Field(Text),
    /// An item of a list that is known by the values of its keys.
    Item(Vec<Text>),
    /// An item of a list by its place, from 0.
    Index(usize),
}

/// A path from the root of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldPath(pub Vec<Segment>);

impl FieldPath {
    /// Whether it begins with these fields.
    #[must_use]
    pub fn starts_with(&self, fields: &[&str]) -> bool {
        let are_alike =
            |(segment, field): (&Segment, &&str)| matches!(segment, Segment::Field(name) if **name == **field);
        self.0.len() >= fields.len() && self.0.iter().zip(fields).all(are_alike)
    }

    /// The name of the last field of it.
    #[must_use]
    pub fn last_field(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|segment| match segment {
            Segment::Field(name) => Some(&**name),
            Segment::Item(_) | Segment::Index(_) => None,
        })
    }

    /// Its fields, without the items of lists: `spec`, `containers`, `image`.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Field(name) => Some(&**name),
            Segment::Item(_) | Segment::Index(_) => None,
        })
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Field(name) if !is_plain(name) => write!(f, "[{:?}]", &**name)?,
                Segment::Field(name) if index == 0 => f.write_str(name)?,
                Segment::Field(name) => write!(f, ".{name}")?,
                Segment::Item(keys) => {
                    let keys: Vec<&str> = keys.iter().map(|key| &**key).collect();
                    write!(f, "[{}]", keys.join("/"))?;
                }
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A name that reads as one: no dot, no blank.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
