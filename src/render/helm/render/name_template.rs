//! The name of a release that a template makes (helm: `--name-template`, `action.TemplateName`).

use seatrial_gotemplate::{Budget, Value};

use crate::cluster::chance::Chance;
use crate::cluster::world::World;
use crate::functions;

/// A name that a template made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// A function that gives another name with each render.
    pub changing: Option<&'static str>,
}

/// The name that a template makes, of what is random in that setting.
///
/// # Errors
/// What is wrong with the template, in the words of Go.
pub fn named_by(template: &str, chance: Chance) -> Result<Named, String> {
    const NAME: &str = "name-template";
    if !template.contains("{{") {
        return Ok(Named { name: template.to_owned(), changing: None });
    }
    let mut templates = functions::templates();
    templates.parse(NAME, 0, template).map_err(|error| error.message)?;
    let mut world = World::new("", chance.now, chance.seed);
    let data = Value::nil();
    let made = templates.execute(NAME, data, &mut Budget::default(), &mut world).map_err(|e| e.message.clone())?;
    Ok(Named { name: made.text.to_string(), changing: world.changing.first().map(|changing| changing.function) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_be_made_by_a_template() {
        let named = |template: &str| named_by(template, Chance::default());
        let name = |template: &str| named(template).map(|named| (named.name, named.changing.is_some()));
        assert_eq!(name("web"), Ok(("web".to_owned(), false)));
        assert_eq!(name("{{ \"WEB\" | lower }}-1"), Ok(("web-1".to_owned(), false)));
        let random = named("web-{{ randAlpha 5 }}").expect("a name");
        assert_eq!((random.name.len(), random.changing), (9, Some("randAlpha")));
        assert!(named("{{ nothing }}").is_err_and(|error| error.contains("function \"nothing\" not defined")));
    }
}
