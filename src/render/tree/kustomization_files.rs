//! Under which names kustomize looks for a directory's kustomization: whoever looks at files must know what it is not to take for an object.

/// In the order in which kustomize looks for them (kustomize: `api/konfig` `RecognizedKustomizationFileNames`).
pub const KUSTOMIZATION_FILES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
