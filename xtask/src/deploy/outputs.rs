//! What a deployment made: the stacks' outputs, and settings that the local CloudFormation loses.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

/// Outputs of all stacks, by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs(BTreeMap<String, String>);

impl Outputs {
    /// Where the outputs of the checkout whose `.vindex` is `home` lie.
    pub fn path(home: &Path) -> PathBuf {
        home.join("outputs.json")
    }

    /// Reads what the last deployment wrote.
    ///
    /// # Errors
    /// When nothing was deployed yet.
    pub fn read(home: &Path) -> Result<Self> {
        let text = fs::read_to_string(Self::path(home))
            .context("nothing is deployed: run cargo xtask up")?;
        let stacks: BTreeMap<String, BTreeMap<String, String>> =
            serde_json::from_str(&text).context("the stacks' outputs can't be read")?;
        Ok(Self(stacks.into_values().flatten().collect()))
    }

    /// One output.
    ///
    /// # Errors
    /// When no stack has it.
    pub fn get(&self, name: &str) -> Result<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .with_context(|| format!("no stack has the output {name}"))
    }
}

/// The CORS settings of the HTTP API in the templates below `assembly`, as the API itself names them.
///
/// # Errors
/// When a template can't be read.
pub fn cors_configuration(assembly: &Path) -> Result<Option<Value>> {
    for entry in
        fs::read_dir(assembly).with_context(|| format!("{} can't be listed", assembly.display()))?
    {
        let path = entry?.path();
        if !path.to_string_lossy().ends_with(".template.json") {
            continue;
        }
        let template: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        let resources = template["Resources"].as_object();
        let apis = resources.into_iter().flat_map(Map::values);
        let found = apis
            .filter(|resource| resource["Type"] == "AWS::ApiGatewayV2::Api")
            .find_map(|api| api["Properties"]["CorsConfiguration"].as_object());
        if let Some(settings) = found {
            let renamed = settings
                .iter()
                .map(|(name, value)| (lower_first(name), value.clone()));
            return Ok(Some(Value::Object(renamed.collect())));
        }
    }
    Ok(None)
}

fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn outputs_of_all_stacks_are_read_together() {
        let home = tempfile::tempdir().unwrap();
        assert!(
            Outputs::read(home.path())
                .unwrap_err()
                .to_string()
                .contains("cargo xtask up")
        );
        fs::write(
            Outputs::path(home.path()),
            r#"{"Data": {"TableName": "t"}, "Api": {"ApiId": "a"}}"#,
        )
        .unwrap();
        let outputs = Outputs::read(home.path()).unwrap();
        assert_eq!(
            (
                outputs.get("TableName").unwrap(),
                outputs.get("ApiId").unwrap()
            ),
            ("t", "a")
        );
        assert!(
            outputs
                .get("None")
                .unwrap_err()
                .to_string()
                .contains("None")
        );
    }

    #[test]
    fn cors_settings_are_taken_from_the_template() {
        let assembly = tempfile::tempdir().unwrap();
        assert_eq!(cors_configuration(assembly.path()).unwrap(), None);
        let api = json!({ "Type": "AWS::ApiGatewayV2::Api",
            "Properties": { "CorsConfiguration": { "AllowOrigins": ["http://localhost"], "MaxAge": 60 } } });
        let template =
            json!({ "Resources": { "Queue": { "Type": "AWS::SQS::Queue" }, "Api": api } });
        fs::write(
            assembly.path().join("Api.template.json"),
            template.to_string(),
        )
        .unwrap();
        let expected = json!({ "allowOrigins": ["http://localhost"], "maxAge": 60 });
        assert_eq!(cors_configuration(assembly.path()).unwrap(), Some(expected));
    }
}
