//! What must hold of the cases themselves; needs no cluster.

use libtest_mimic::{Failed, Trial};

use crate::case::{folder, names, read, repository};
use crate::schema::{problems, validator};

type Claim = fn() -> Result<(), Failed>;

/// One trial for each claim.
pub(crate) fn trials() -> Vec<Trial> {
    let claims: [(&str, Claim); 3] = [
        ("no_two_cases_share_a_namespace", no_two_cases_share_a_namespace),
        ("every_run_has_an_expected_text", every_run_has_an_expected_text),
        ("every_configuration_fits_the_published_schema", every_configuration_fits_the_published_schema),
    ];
    claims.into_iter().map(|(name, claim)| Trial::test(name, claim).with_kind("form")).collect()
}

fn no_two_cases_share_a_namespace() -> Result<(), Failed> {
    let mut seen = std::collections::BTreeMap::new();
    for name in names() {
        for namespace in read(&name).namespaces {
            if let Some(other) = seen.insert(namespace.clone(), name.clone()) {
                return Err(format!("{other} and {name} both use {namespace}").into());
            }
        }
    }
    Ok(())
}

fn every_run_has_an_expected_text() -> Result<(), Failed> {
    if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
        return Ok(());
    }
    for name in names() {
        for run in read(&name).runs() {
            let file = run.expected("txt");
            if !folder(&name).join(&file).exists() {
                return Err(format!("{name} has no {file}").into());
            }
        }
    }
    Ok(())
}

fn every_configuration_fits_the_published_schema() -> Result<(), Failed> {
    let validator = validator("config");
    for name in names() {
        let files = repository(&name, &read(&name));
        let config = files.get("seatrial.yaml").ok_or_else(|| format!("{name} has no seatrial.yaml"))?;
        let config: serde_json::Value = serde_saphyr::from_slice(config)?;
        let problems = problems(&validator, &config);
        if !problems.is_empty() {
            return Err(format!("{name}: {problems:?}").into());
        }
    }
    Ok(())
}
