//! Who this job is for Microsoft Entra ID, by what its CI, or whoever runs it, puts into the environment.

use std::collections::BTreeMap;

use seatrial_entra::{Assertion, Identity};
use seatrial_model::Masker;

/// The identity of the environment; `None` where it says none.
///
/// GitHub Actions and Jenkins: `AZURE_CLIENT_ID` and `AZURE_TENANT_ID`. Azure Pipelines: what the task `AzureCLI@2` sets for a service connection,
/// or the same two with its id. AKS workload identity: the file that its webhook mounts.
pub(super) fn of_environment(env: &BTreeMap<String, String>, masker: &Masker) -> Option<Identity> {
    let set = |name: &str| env.get(name).map(|value| value.trim()).filter(|value| !value.is_empty()).map(str::to_owned);
    let client = set("AZURE_CLIENT_ID").or_else(|| set("AZURESUBSCRIPTION_CLIENT_ID"))?;
    let tenant = set("AZURE_TENANT_ID").or_else(|| set("AZURESUBSCRIPTION_TENANT_ID"))?;
    let github = || {
        let (url, token) = (set("ACTIONS_ID_TOKEN_REQUEST_URL")?, set("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?);
        Some(Assertion::GitHub { url, token: token.into() })
    };
    let pipelines = || {
        let (url, token) = (set("SYSTEM_OIDCREQUESTURI")?, set("SYSTEM_ACCESSTOKEN")?);
        let service_connection = set("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID")?;
        Some(Assertion::AzurePipelines { url, token: token.into(), service_connection })
    };
    let file = || {
        let token = std::fs::read_to_string(set("AZURE_FEDERATED_TOKEN_FILE")?).ok()?;
        masker.add(token.trim());
        Some(Assertion::Read(token.trim().to_owned().into()))
    };
    let assertion = github().or_else(pipelines).or_else(file)?;
    Some(Identity { tenant, client, authority: set("AZURE_AUTHORITY_HOST"), assertion })
}
