//! What holds for all objects: nothing differs from itself in another order or style, and the differences lead from one side to the other.

use proptest::prelude::*;
use seatrial_model::{Manifest, Sources};

use crate::cases::{CONTEXT, objects};
use crate::compare;

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
            prop::collection::btree_map("[a-d]", inner, 0..4).prop_map(|entries| {
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

proptest! {
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
