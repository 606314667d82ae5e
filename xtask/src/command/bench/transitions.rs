//! Counts state transitions from the definition of the state machine: one for each state that is entered.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

const DEFINITION: &str = "statemachine/index-video.asl.json";
/// No path through the machine is longer; a definition that runs in circles ends here.
const MOST_STATES: usize = 100;

/// What a video without failures passes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatePath {
    /// States outside the Map, the Map itself among them.
    pub outside: u64,
    /// States of one chunk.
    pub per_chunk: u64,
}

impl StatePath {
    /// Reads the definition in the repository at `root`.
    ///
    /// # Errors
    /// When it is missing or has no end.
    pub fn read(root: &Path) -> Result<Self> {
        let path = root.join(DEFINITION);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{} can't be read", path.display()))?;
        let definition: Value = serde_json::from_str(&text)?;
        Self::of(&definition).with_context(|| format!("{DEFINITION} has no path to its end"))
    }

    /// Transitions for so many chunks.
    pub fn transitions(self, chunks: u64) -> u64 {
        self.outside + self.per_chunk * chunks
    }

    fn of(definition: &Value) -> Option<Self> {
        let outside = success_path(definition)?;
        let map = outside.iter().find(|state| state["Type"] == "Map")?;
        let processor = ["ItemProcessor", "Iterator"]
            .into_iter()
            .find_map(|name| map.get(name))?;
        Some(Self {
            outside: outside.len() as u64,
            per_chunk: success_path(processor)?.len() as u64,
        })
    }
}

/// The states from the first to an end, where nothing is caught and no choice applies.
fn success_path(machine: &Value) -> Option<Vec<&Value>> {
    let mut name = machine["StartAt"].as_str()?;
    let mut states = Vec::new();
    while states.len() < MOST_STATES {
        let state = machine["States"].get(name)?;
        states.push(state);
        let next = state["Default"].as_str().or(state["Next"].as_str());
        match next {
            Some(next) => name = next,
            None => return Some(states),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_state_on_the_way_counts_once_and_those_of_the_map_for_each_chunk() {
        let definition = json!({ "StartAt": "Probe", "States": {
            "Probe": { "Type": "Task", "Next": "Chunks" },
            "Chunks": { "Type": "Map", "Next": "Check", "ItemProcessor": { "StartAt": "A", "States": {
                "A": { "Type": "Task", "Next": "B" },
                "B": { "Type": "Task", "End": true },
                "Failed": { "Type": "Succeed" },
            } } },
            "Check": { "Type": "Choice", "Choices": [{ "Next": "Stop" }], "Default": "Done" },
            "Done": { "Type": "Succeed" },
            "Stop": { "Type": "Succeed" },
        } });
        let path = StatePath::of(&definition).unwrap();
        assert_eq!((path.outside, path.per_chunk), (4, 2));
        assert_eq!(path.transitions(12), 28);
    }

    #[test]
    fn a_circle_has_no_path() {
        let circle = json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "Next": "A" } } });
        assert!(success_path(&circle).is_none());
    }
}
