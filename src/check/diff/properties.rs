//! What holds for all objects: nothing differs from itself in another order or style, and the differences lead from one side to the other.

use proptest::prelude::*;
use seatrial_model::{Entry, Manifest, Node, Sources};

use crate::cases::{CONTEXT, objects};
use crate::{Difference, Remark, Segment, compare};

/// A value of a field that nobody knows.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (0..4_i64).prop_map(|number| number.to_string()),
        "[a-c]{1,2}".prop_map(|text| format!("\"{text}\"")),
        Just("true".to_owned()),
        Just("{}".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::btree_map("[a-c]|name", inner, 0..4).prop_map(|entries| {
                let entries: Vec<String> =
                    entries.into_iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
                format!("{{{}}}", entries.join(", "))
            }),
        ]
    })
}

fn widget(value: &str) -> Vec<Manifest> {
    let text = format!("apiVersion: acme.io/v1\nkind: Widget\nmetadata: {{ name: a }}\nspec: {value}\n");
    objects(&Sources::new(), "a.yaml", &text)
}

/// A value with its differences, whose paths are told from here; of named items the order is that of the value.
fn applied(node: &Node, differences: &[(&[Segment], &Difference)]) -> Node {
    if let [(path, difference)] = differences
        && path.is_empty()
    {
        return difference.after.clone().expect("what is gone is left out by whoever holds it");
    }
    let mut made = node.clone();
    if node.is_mapping() {
        let mut entries: Vec<Entry> = Vec::new();
        for entry in node.entries() {
            match under(differences, |segment| matches!(segment, Segment::Field(name) if *name == entry.key.text)) {
                inner if is_gone(&inner) => {}
                inner if inner.is_empty() => entries.push(entry.clone()),
                inner => entries.push(Entry { key: entry.key.clone(), value: applied(&entry.value, &inner) }),
            }
        }
        for (path, difference) in new(differences) {
            let Some(Segment::Field(name)) = path.first() else { panic!("a field of a mapping: {path:?}") };
            entries.push(Entry::new(name.clone(), difference.after.clone().expect("a new value")));
        }
        made.set_entries(entries);
    } else {
        made.set_items(items(node, differences));
    }
    made
}

fn items(node: &Node, differences: &[(&[Segment], &Difference)]) -> Vec<Node> {
    let key = |item: &Node| item.get("name").and_then(Node::scalar_text).map(str::to_owned);
    let gone = |segment: &Segment| {
        differences.iter().any(|(path, one)| path.len() == 1 && path[0] == *segment && one.after.is_none())
    };
    let mut left: Vec<Node> = Vec::new();
    for (at, item) in node.items().iter().enumerate() {
        let named = key(item).map(|name| Segment::Item(vec![name.as_str().into()]));
        if !gone(&Segment::Index(at)) && !named.as_ref().is_some_and(gone) {
            let inner = named.map(|named| under(differences, |segment| *segment == named)).unwrap_or_default();
            left.push(if inner.is_empty() { item.clone() } else { applied(item, &inner) });
        }
    }
    // New items have their place on the head; those that are left fill the others.
    let mut made: Vec<Node> = Vec::new();
    let mut left = left.into_iter().peekable();
    let is_new_at = |at: usize| new(differences).find(|(path, _)| path.first() == Some(&Segment::Index(at)));
    loop {
        let at = made.len();
        match (is_new_at(at), left.peek()) {
            (Some((_, difference)), _) => made.push(difference.after.clone().expect("a new value")),
            (None, Some(_)) => {
                let item = left.next().expect("was looked at");
                let inner = under(differences, |segment| *segment == Segment::Index(at));
                made.push(if inner.is_empty() { item } else { applied(&item, &inner) });
            }
            (None, None) => break,
        }
    }
    let named = new(differences).filter(|(path, _)| matches!(path.first(), Some(Segment::Item(_))));
    made.extend(named.map(|(_, difference)| difference.after.clone().expect("a new value")));
    made
}

/// The differences below a segment, told from there.
fn under<'a>(
    differences: &[(&'a [Segment], &'a Difference)],
    is_wanted: impl Fn(&Segment) -> bool,
) -> Vec<(&'a [Segment], &'a Difference)> {
    let below = differences.iter().filter(|(path, one)| {
        path.first().is_some_and(&is_wanted) && !(path.len() == 1 && (one.before.is_none() || is_index_gone(path, one)))
    });
    below.map(|(path, one)| (&path[1..], *one)).collect()
}

/// An item of a list that is gone has the place that it had on the base.
fn is_index_gone(path: &[Segment], difference: &Difference) -> bool {
    matches!(path, [Segment::Index(_)]) && difference.after.is_none()
}

fn is_gone(inner: &[(&[Segment], &Difference)]) -> bool {
    matches!(inner, [(path, difference)] if path.is_empty() && difference.after.is_none())
}

fn new<'a>(differences: &[(&'a [Segment], &'a Difference)]) -> impl Iterator<Item = (&'a [Segment], &'a Difference)> {
    differences.iter().copied().filter(|(path, one)| path.len() == 1 && one.before.is_none())
}

proptest! {
    #[test]
    fn the_differences_lead_from_one_side_to_the_other(one in value(), other in value()) {
        let (base, head) = (widget(&one), widget(&other));
        let comparison = compare(&base, &head, CONTEXT);
        let differences = comparison.objects.iter().flat_map(|object| &object.differences);
        let told: Vec<(&[Segment], &Difference)> = differences
            .filter(|difference| difference.remark != Some(Remark::Order))
            .map(|difference| (difference.path.0.as_slice(), difference))
            .collect();
        let made = Manifest::from_node(applied(&base[0].node, &told)).expect("an object");
        let rest = compare(&[made], &head, CONTEXT);
        let rest: Vec<String> = rest.objects.iter().flat_map(|object| &object.differences)
            .filter(|difference| difference.remark != Some(Remark::Order))
            .map(|difference| format!("{}: {:?} {:?}", difference.path, difference.before, difference.after))
            .collect();
        prop_assert!(rest.is_empty(), "{one} to {other}: {rest:?}");
    }

    #[test]
    fn nothing_differs_from_itself(value in value()) {
        let comparison = compare(&widget(&value), &widget(&value), CONTEXT);
        prop_assert_eq!((comparison.objects.len(), comparison.unchanged), (0, 1));
    }

    #[test]
    fn what_is_not_equal_differs(one in value(), other in value()) {
        let (one, other) = (widget(&one), widget(&other));
        let comparison = compare(&one, &other, CONTEXT);
        let is_equal = one[0].node == other[0].node;
        prop_assert_eq!(comparison.objects.is_empty(), is_equal);
        for difference in comparison.objects.iter().flat_map(|object| &object.differences) {
            prop_assert!(difference.before.is_some() || difference.after.is_some());
        }
    }
}
