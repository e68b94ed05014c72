//! What asks the world outside: `lookup` and `getHostByName`. Neither goes there: `lookup` is answered by the world's state, and names are not
//! resolved, as Helm does it when it is not told otherwise.

use seatrial_gotemplate::{Function, Type, Value};

use crate::cluster::world::World;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("lookup", &[Type::Text, Type::Text, Type::Text, Type::Text], |context, a| {
        let place = context.place();
        let asked = [0, 1, 2, 3].map(|index| a[index].as_str().unwrap_or_default().to_owned());
        let Some(world) = context.world::<World>() else { return Ok(Value::empty_map()) };
        let lookup = world.lookup.clone();
        let answer = lookup.map(|lookup| lookup(&asked[0], &asked[1], &asked[2], &asked[3]));
        world.note_lookup(asked, place);
        answer.map_or_else(|| Ok(Value::empty_map()), |answer| Ok(answer?))
    }),
    Function::new("getHostByName", &[Type::Text], |_, _| Ok(Value::text(""))),
];
