//! Lists as Azure DevOps frames them, `{"count": 2, "value": [ … ]}`, read item by item: what is not kept is forgotten at once.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Gives each item of a list.
pub(crate) fn each<'de, T: Deserialize<'de>>(body: &'de [u8], take: impl FnMut(T)) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    json.deserialize_map(Frame(Items { take, of: PhantomData }))?;
    json.end()
}

struct Frame<Take, T>(Items<Take, T>);

struct Items<Take, T> {
    take: Take,
    of: PhantomData<T>,
}

impl<'de, Take: FnMut(T), T: Deserialize<'de>> Visitor<'de> for Frame<Take, T> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list in its frame")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut items = Some(self.0);
        while let Some(name) = fields.next_key::<std::borrow::Cow<'de, str>>()? {
            match items.take_if(|_| name == "value") {
                Some(items) => fields.next_value_seed(items)?,
                None => fields.next_value::<IgnoredAny>().map(|_| ())?,
            }
        }
        if items.is_some() { Err(A::Error::missing_field("value")) } else { Ok(()) }
    }
}

impl<'de, Take: FnMut(T), T: Deserialize<'de>> DeserializeSeed<'de> for Items<Take, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, Take: FnMut(T), T: Deserialize<'de>> Visitor<'de> for Items<Take, T> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element()? {
            (self.take)(item);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(body: &str) -> Option<Vec<u64>> {
        let mut numbers = Vec::new();
        each(body.as_bytes(), |number: u64| numbers.push(number)).ok().map(|()| numbers)
    }

    #[test]
    fn a_list_is_read_from_its_frame_and_nothing_else_is_one() {
        assert_eq!(numbers(r#"{"count": 2, "value": [1, 2], "x": [[{}]]}"#), Some(vec![1, 2]));
        assert_eq!(numbers(r#"{"value": []}"#), Some(Vec::new()));
        for other in
            ["", "[1]", "{}", r#"{"value": null}"#, r#"{"value": [1}"#, r#"{"value": [1]} x"#, "<html>", "null"]
        {
            assert_eq!(numbers(other), None, "{other}");
        }
        assert_eq!(numbers(&format!(r#"{{"x": {}"#, "[".repeat(1_000_000))), None);
    }
}
