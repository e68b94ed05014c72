//! The `SEATRIAL_*` variables behind flags: one that is empty is as if it were unset, since that is what a CI makes of an undefined value;
//! one that is wrong is named.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, Error};
use seatrial_model::shown_on_one_line;

/// How the names begin.
const PREFIX: &str = "SEATRIAL_";

/// The flags whose values came from their variables.
#[derive(Clone, Debug, Default)]
pub(crate) struct FromVariables(BTreeMap<String, String>);

impl FromVariables {
    /// Those of the command that was given.
    pub(crate) fn of(matches: &ArgMatches, definition: &Command) -> FromVariables {
        let Some((name, matches)) = matches.subcommand() else { return FromVariables::default() };
        let flags = definition.find_subcommand(name).into_iter().flat_map(Command::get_arguments);
        let is_from_variable =
            |flag: &&Arg| matches.value_source(flag.get_id().as_str()) == Some(ValueSource::EnvVariable);
        let names =
            |flag: &Arg| Some((format!("--{}", flag.get_long()?), flag.get_env()?.to_string_lossy().into_owned()));
        FromVariables(flags.filter(is_from_variable).filter_map(names).collect())
    }

    /// How to name a flag in a message about its value: by its variable, where that had it.
    pub(crate) fn named<'a>(&'a self, flag: &'a str) -> &'a str {
        self.0.get(flag).map_or(flag, String::as_str)
    }
}

/// A flag that does not see its variable where that is empty.
pub(crate) fn without_empty(flag: Arg) -> Arg {
    let value = flag.get_env().and_then(std::env::var_os);
    let is_empty = value.is_some_and(|value| value.to_string_lossy().trim().is_empty());
    if is_empty { without_variable(flag) } else { flag }
}

fn without_variable(flag: Arg) -> Arg {
    flag.env(Resettable::<clap::builder::OsStr>::Reset)
}

/// The value of a boolean variable.
///
/// # Errors
/// A sentence that says what there is.
pub(crate) fn boolean(text: &str) -> Result<bool, String> {
    match text.trim().to_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("it is not a boolean; write true or false (1, 0, yes, no, on and off also work)".to_owned()),
    }
}

/// The error of a command line, with the variable named where one is to blame: without them the flags would have been right.
pub(crate) fn blame(error: Error, definition: &Command, arguments: Vec<OsString>) -> Error {
    if error.exit_code() == 0 {
        return error;
    }
    let mut bare = definition.clone();
    bare.build();
    let mut bare = bare.mut_subcommands(|command| command.mut_args(without_variable));
    if bare.try_get_matches_from_mut(arguments).is_err() {
        return error;
    }
    if error.kind() == ErrorKind::InvalidUtf8 {
        let name = std::env::vars_os()
            .find(|(name, value)| name.to_string_lossy().starts_with(PREFIX) && value.to_str().is_none());
        let name = name.map_or(format!("a {PREFIX}* variable"), |(name, _)| name.to_string_lossy().into_owned());
        return Error::raw(ErrorKind::InvalidUtf8, format!("{name} is not valid UTF-8\n"));
    }
    named(error, definition)
}

/// Puts the variable beside its flag.
fn named(mut error: Error, definition: &Command) -> Error {
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg).cloned() else { return error };
    let long = flag.trim_start_matches("--").split([' ', '[', '=']).next().unwrap_or_default();
    let flags = definition.get_subcommands().flat_map(Command::get_arguments);
    let variable = flags.filter(|known| known.get_long() == Some(long)).find_map(Arg::get_env);
    let Some(variable) = variable.map(|name| name.to_string_lossy().into_owned()) else { return error };
    error.insert(ContextKind::InvalidArg, ContextValue::String(variable));
    if let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue).cloned() {
        let value = shown_on_one_line(&value).into_owned();
        error.insert(ContextKind::InvalidValue, ContextValue::String(value));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boolean_is_said_in_many_ways() {
        for (text, expected) in [
            ("1", true),
            ("TRUE", true),
            ("Yes", true),
            ("on", true),
            ("0", false),
            ("False", false),
            ("no", false),
            ("OFF", false),
        ] {
            assert_eq!(boolean(text), Ok(expected), "{text}");
        }
        assert!(boolean("maybe").expect_err("no boolean").contains("true or false"));
        assert!(boolean("2").is_err());
    }
}
